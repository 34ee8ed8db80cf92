"""Which way up a page was scanned, found out at a fraction of what reading it costs."""

from collections.abc import Callable, Sequence
from statistics import fmean

import cv2
import numpy as np
from rapidocr.utils.process_img import get_rotate_crop_image

from patients.documents.pieces import Corners, across, down
from patients.documents.restoration import Tones

REDUCED = 1200
"""Pixels of the longer side that are enough to see where lines of text are."""

SAMPLE = 5
"""Lines that are read to tell whether the page stands on its head."""

UPRIGHT = 0.85
"""A line on its head is read too, as nonsense of confidence 0.4 to 0.8; on a poor scan lines lie above 0.9."""

Found = Callable[[Tones], Sequence[Corners]]
"""Where lines of text are on a page."""

Sureness = Callable[[Tones], float]
"""How surely one line can be read, 0..1."""


def quarter_turns(page: Tones, *, found: Found, sureness: Sureness) -> int:
    """How many times the page has to be turned counterclockwise by 90 degrees (`numpy.rot90`), so that its lines run
    from left to right and stand upright: 0 to 3."""
    lines, factor = reduced(page, found)
    turns = 0
    if sum(map(down, lines)) > sum(map(across, lines)):
        page, turns = np.rot90(page), 1
        lines, factor = reduced(page, found)
    longest = [cut_out(page, line, factor) for line in sorted(lines, key=across)[-SAMPLE:]]
    if not longest:
        return turns
    sure = fmean(map(sureness, longest))
    if sure >= UPRIGHT or sure >= fmean(sureness(np.rot90(line, 2)) for line in longest):
        return turns
    return turns + 2


def reduced(page: Tones, found: Found) -> tuple[Sequence[Corners], float]:
    """The lines on a smaller picture of the page, and how many times smaller it is."""
    height, width = page.shape[:2]
    factor = max(1.0, max(height, width) / REDUCED)
    small = cv2.resize(page, (round(width / factor), round(height / factor)), interpolation=cv2.INTER_AREA)
    return found(np.asarray(small, np.uint8)), factor


def cut_out(page: Tones, line: Corners, factor: float) -> Tones:
    corners = np.array(line, np.float32) * np.float32(factor)
    return np.asarray(get_rotate_crop_image(page, corners), np.uint8)
