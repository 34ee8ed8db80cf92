"""Recognised pieces of text on the page, straightened, and the rows that they stand in.

Recognition returns boxes, not lines, and on a crooked page the right end of one row lies as high as the left
end of the next: sorted by height alone, a laboratory value lands beside the wrong test.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]
"""Of a box around text: from the top left, clockwise, in pixels."""


@dataclass(frozen=True)
class Piece:
    """Some text, its confidence 0..1, and where it is."""

    text: str
    confidence: float
    corners: Corners


def across(corners: Corners) -> float:
    """The box's length along the text, in pixels."""
    return math.dist(corners[0], corners[1])


def down(corners: Corners) -> float:
    """The box's height, in pixels."""
    return math.dist(corners[0], corners[3])


@dataclass(frozen=True)
class Placed:
    """A piece on the straightened page."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


Row = Sequence[Placed]
"""Pieces beside each other, from left to right."""


def rows(pieces: Iterable[Piece]) -> list[Row]:
    """The pieces row by row, top to bottom."""
    pieces = list(pieces)
    angle = skew(pieces)
    found: list[list[Placed]] = []
    for piece in sorted((placed(piece, angle) for piece in pieces), key=lambda piece: piece.middle):
        home = next((row for row in reversed(found) if beside(piece, row)), None)
        if home is None:
            found.append([piece])
        else:
            home.append(piece)
    found.sort(key=lambda row: fmean(piece.middle for piece in row))
    return [sorted(row, key=lambda piece: piece.left) for row in found]


def skew(pieces: Sequence[Piece]) -> float:
    """By how many radians the page's rows fall to the right: the median of boxes, long ones weighing more.

    The box of a short word is as likely to lean either way; only long boxes know the direction of a row.
    """
    leaning = sorted(
        (math.atan2(right[1] - left[1], right[0] - left[0]), math.dist(left, right))
        for left, right, _, _ in (piece.corners for piece in pieces)
    )
    half, so_far = sum(width**2 for _, width in leaning) / 2, 0.0
    for angle, width in leaning:
        so_far += width**2
        if so_far >= half:
            return angle
    return 0.0


def placed(piece: Piece, angle: float) -> Placed:
    sine, cosine = math.sin(-angle), math.cos(-angle)
    straight = [(x * cosine - y * sine, x * sine + y * cosine) for x, y in piece.corners]
    top, bottom = fmean((straight[0][1], straight[1][1])), fmean((straight[2][1], straight[3][1]))
    across = [x for x, _ in straight]
    return Placed(piece.text, min(across), max(across), min(top, bottom), max(top, bottom))


def beside(piece: Placed, row: Sequence[Placed]) -> bool:
    """Whether the piece stands in the row: each one's middle lies within the other's height.

    Measured against the row's mean and not its outer edges, or one tall stamp would pull two rows into one.
    """
    top, bottom = fmean(other.top for other in row), fmean(other.bottom for other in row)
    return top < piece.middle < bottom and piece.top < (top + bottom) / 2 < piece.bottom
