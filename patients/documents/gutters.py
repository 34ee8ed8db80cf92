"""Strips of empty paper that run down between things which stand side by side; pure geometry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean

from patients.documents.pieces import Row

WIDTH = 0.8
"""Of a gutter at least, in heights of its line: less is a blank between two words."""


@dataclass(frozen=True)
class Gutter:
    """An empty strip from `left` to `right`, in pixels, beside the rows from number `first` up to `end`."""

    first: int
    end: int
    left: float
    right: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def gutters(rows: Sequence[Row]) -> list[Gutter]:
    """Every strip between two pieces of a row, or of a row and the next, as far up and down as it stays empty."""
    found: set[Gutter] = set()
    for number, row in enumerate(rows):
        # And the next: lines of two columns need not lie on one height.
        pair = sorted([*row, *(rows[number + 1] if number + 1 < len(rows) else ())], key=lambda piece: piece.left)
        for left, right in {*gaps(row)[1:-1], *gaps(pair)[1:-1]}:
            if not any(strip.first <= number < strip.end and left < strip.middle < right for strip in found):
                found.update(grown(Gutter(number, number, left, right), rows))
    return sorted(found, key=lambda strip: (strip.first, strip.first - strip.end))


def grown(strip: Gutter, rows: Sequence[Row]) -> Iterator[Gutter]:
    """The strip as long as it can be, down first; nothing when it is too narrow beside its own row."""
    here, end, first = narrowed(strip, rows[strip.first]), strip.first, strip.first
    if here is None:
        return
    below: Gutter | None = here
    while below is not None and end < len(rows):
        here, end = below, end + 1
        below = narrowed(here, rows[end]) if end < len(rows) else None
    above = narrowed(here, rows[first - 1]) if first else None
    while above is not None:
        here, first = above, first - 1
        above = narrowed(here, rows[first - 1]) if first else None
    yield Gutter(first, end, here.left, here.right)


def narrowed(strip: Gutter, row: Row) -> Gutter | None:
    """What of the strip is empty beside the row as well; None when that is too little."""
    empty = ((max(left, strip.left), min(right, strip.right)) for left, right in gaps(row))
    left, right = max(empty, key=lambda gap: gap[1] - gap[0])
    wide = right - left >= WIDTH * fmean(piece.height for piece in row)
    return Gutter(strip.first, strip.end, left, right) if wide else None


def gaps(row: Row) -> list[tuple[float, float]]:
    """What is empty in the row, from the page's left edge to its right one: before, between and behind its pieces."""
    ends = [float("-inf"), *accumulate((piece.right for piece in row), max)]
    begins = [*(piece.left for piece in row), float("inf")]
    return list(zip(ends, begins, strict=True))
