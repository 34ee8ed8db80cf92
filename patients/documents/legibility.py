"""How much of a page was read at all.

The reader is sure of what it reads and silent about what it never saw: of a fax full of specks it read one line in
thirty, with a confidence of 0.99.
"""

from collections.abc import Sequence
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from patients.documents.pieces import Piece, down
from patients.documents.restoration import Tones, grey

AROUND, DARKER = 51, 25
"""Ink is darker than its surroundings: pixels to a side of them, and by how many of 255 tones."""

LETTER = 0.75
"""Height of a letter in heights of its line."""

TALL, WIDE = (0.4, 2.0), (0.1, 2.5)
"""Heights and widths of what looks like a letter, in heights of the page's own."""


def share_read(page: Tones, found: Sequence[Piece]) -> float:
    """The share, 0..1, of what looks like letters that lies within the boxes found; 0.0 when none were found."""
    if not found:
        return 0.0
    middles = letters(page, LETTER * median(down(piece.corners) for piece in found))
    if len(middles) == 0:
        return 1.0
    boxes = np.zeros(page.shape[:2], np.uint8)
    for piece in found:
        cv2.fillPoly(boxes, [np.array(piece.corners, np.int32)], (1,))
    return float(boxes[middles[:, 1], middles[:, 0]].mean())


def letters(page: Tones, height: float) -> NDArray[np.int64]:
    """Columns and rows of the middles of all blots about as large as a letter of that height, in pixels."""
    ink = cv2.adaptiveThreshold(grey(page), 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, AROUND, DARKER)
    _, _, sizes, middles = cv2.connectedComponentsWithStats(ink, connectivity=8)
    tall, wide = sizes[:, cv2.CC_STAT_HEIGHT] / height, sizes[:, cv2.CC_STAT_WIDTH] / height
    like = (tall > TALL[0]) & (tall < TALL[1]) & (wide > WIDE[0]) & (wide < WIDE[1])
    like[0] = False  # the paper
    return middles[like].astype(np.int64)
