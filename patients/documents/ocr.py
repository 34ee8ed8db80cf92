"""Reading the picture of a page by eye.

Import this late: it takes seconds and hundreds of megabytes, and most PDFs never need it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from PIL import Image

from patients.documents import eye
from patients.documents.legibility import share_read
from patients.documents.lines import lines
from patients.documents.orientation import quarter_turns
from patients.documents.pieces import Piece, across, down
from patients.documents.restoration import restored, stretched
from patients.documents.text import tidied

SQUAT = 0.6
"""Letters wider than this share of their line's height are squeezed: others measure 0.36 to 0.48, those of a fax
whose dots were taken for squares 0.74."""


@dataclass(frozen=True)
class OcrPage:
    """What was read: the text line by line, and how sure the reader is, 0..1 (0.0 where there is no text)."""

    text: str
    confidence: float


def read_page(image: Image.Image) -> OcrPage:
    """The text of one RGB page, whichever way up it was scanned; empty when there is none.

    Its confidence is the letters' mean, times the share of what looks like letters that was read at all.
    """
    scan = np.asarray(image)
    page = restored(scan)
    turns = quarter_turns(page, found=eye.boxes, sureness=eye.sureness)
    page = np.rot90(page, turns)
    found = eye.pieces(page)
    if are_squat(found):
        # Before it is restored: what is a speck depends on the dots' shape.
        page = restored(stretched(np.rot90(scan, turns)))
        found = eye.pieces(page)
    return OcrPage(tidied("\n".join(lines(found))), round(confidence(found) * share_read(page, found), 4))


def are_squat(found: Sequence[Piece]) -> bool:
    """Whether the letters were squeezed from above."""
    long = [piece for piece in found if len(piece.text) >= 4]
    widths = [across(piece.corners) / len(piece.text) / max(down(piece.corners), 1) for piece in long]
    return bool(widths) and median(widths) > SQUAT


def confidence(found: Sequence[Piece]) -> float:
    """The mean confidence of the letters, 0.0 when there are none."""
    letters = sum(len(piece.text) for piece in found)
    return sum(piece.confidence * len(piece.text) for piece in found) / letters if letters else 0.0
