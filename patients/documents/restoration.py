"""A page as it was before it was sent or photographed: evenly lit, without the specks of a bad line, unsqueezed.

Each is done only where it is needed: all of them harm a good page.
"""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Tones = NDArray[np.uint8]
"""A page's pixels, 0..255: rows by columns, by red, green and blue where it is in colour."""

PAPER = 235
"""How bright the paper is made."""

UNEVEN = 0.6
"""Paper whose darkest tenth is less bright than this share of its brightest is lit unevenly."""

DOT_SIZES = (0, 2, 4, 9)
"""Pixels. Dots up to a size are specks when those of about that size are many: at 200 dpi a full stop has nine."""

SPECKS = 0.0008
"""Specks per pixel from which they are noise: some 3,000 on a page. A table of contents has 1,500 lonely dots."""

NEAR = 3
"""Pixels. A dot so near to ink belongs to it: a decimal point, a bit of a broken stroke."""


def restored(page: Tones) -> Tones:
    """The RGB page, lit evenly and without specks."""
    return without_specks(evenly_lit(page))


def evenly_lit(page: Tones) -> Tones:
    """The page as if its light were the same everywhere; itself when it nearly is."""
    paper = paper_of(grey(page))
    dark, bright = np.percentile(paper, (10, 90))
    if dark >= UNEVEN * bright:
        return page
    gain = PAPER / np.maximum(paper, 10)[..., None]
    return np.clip(page * gain, 0, 255).astype(np.uint8)


def paper_of(tones: Tones) -> NDArray[np.float32]:
    """How bright the paper is at each pixel, under the ink as well."""
    height, width = tones.shape
    small = cv2.resize(tones, (max(width // 8, 1), max(height // 8, 1)), interpolation=cv2.INTER_AREA)
    # The brightest nearby is paper, unless nearby is all ink; the median takes out what shines.
    bright = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 15)
    return cv2.resize(bright, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)


def without_specks(page: Tones) -> Tones:
    """The page with lonely dots painted over, where they are too many to be anything but noise."""
    specks = lonely_dots(grey(page) < 128)
    if specks is None:
        return page
    clean = page.copy()
    clean[specks] = 255
    return clean


def lonely_dots(ink: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Where there are dots of noise with no ink beside them; None when dots are few."""
    _, labels, sizes, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    areas = sizes[:, cv2.CC_STAT_AREA]
    small = areas <= DOT_SIZES[-1]
    around = np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8)
    beside = cv2.dilate((ink & ~small[labels]).astype(np.uint8), around)
    small[labels[beside > 0]] = False
    noise = [
        size
        for smaller, size in pairwise(DOT_SIZES)
        if (small & (areas > smaller) & (areas <= size)).sum() >= SPECKS * ink.size
    ]
    return (small & (areas <= noise[-1]))[labels] if noise else None


def stretched(page: Tones) -> Tones:
    """The page twice as high: a fax in standard quality has half as many dots down as across."""
    height, width = page.shape[:2]
    return np.asarray(cv2.resize(page, (width, 2 * height), interpolation=cv2.INTER_NEAREST), np.uint8)


def grey(page: Tones) -> Tones:
    """The page without its colours."""
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), np.uint8)
