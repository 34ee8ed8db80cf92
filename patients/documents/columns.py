"""Whether rows are to be read across, as tables are, or column by column, as running text is.

Both look alike from afar: things side by side and a gap between them. A row of a table torn apart leaves values
without their tests, so rows are read across unless both sides of a gap are plainly text with an order of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from patients.documents.gutters import gutters
from patients.documents.pieces import Row
from patients.documents.sides import Side, cells, ink, is_value

LINES = 4
"""Least lines of a column: the head of a letter has two or three rows of two entries each."""

NARROW = 0.18
"""A side less wide than this share of both holds results, dates or labels, and no text."""

BALANCED = 0.85

SHORT = 0.5
"""A row of a table fills less than this share of what two columns hold."""

APART = 2.0
"""Heights of a line to the next one, from middle to middle, above which the next one is not of the same column."""


def in_reading_order(rows: Sequence[Row]) -> list[Row]:
    """The rows from top to bottom; where they stand in columns, one column after the other."""
    block = min(columns(rows), key=lambda block: (block.first, -len(block.rows)), default=None)
    if block is None:
        return list(rows)
    return [
        *rows[: block.first],
        *in_reading_order(block.left.rows),
        *in_reading_order(block.right.rows),
        *in_reading_order(rows[block.first + len(block.rows) :]),
    ]


def columns(rows: Sequence[Row]) -> Iterator[Block]:
    """Every block of rows that stands in two columns."""
    for gutter in gutters(rows):
        along = Block(gutter.first, rows[gutter.first : gutter.end], gutter.middle)
        for part in along.without_tables():
            block = part.trimmed()
            if block is not None and block.is_columns:
                yield block


@dataclass(frozen=True)
class Block:
    """Rows that a gutter runs down through, at `middle`; the page's row number `first` is the first of them."""

    first: int
    rows: Sequence[Row]
    middle: float

    @cached_property
    def left(self) -> Side:
        return Side([part for row in self.rows if (part := self.left_of(row))])

    @cached_property
    def right(self) -> Side:
        return Side([part for row in self.rows if (part := self.right_of(row))])

    @property
    def is_columns(self) -> bool:
        """Whether one side is to be read after the other."""
        left, right = self.left, self.right
        if min(len(left.rows), len(right.rows)) < LINES or self.is_coupled:
            return False
        # Not a table on the left: the text beside it would be remarks on its rows.
        if left.is_text and (right.is_text or right.is_table):
            return left.runs_on or self.is_balanced
        return left.has_headings and right.has_headings

    @property
    def is_coupled(self) -> bool:
        """Whether one side says something about the other, row by row."""
        left, right = self.left, self.right
        if min(left.width, right.width) < NARROW * (left.width + right.width):
            return True
        return left.is_values or right.is_values or (right.has_numbers and not left.has_numbers)

    @property
    def is_balanced(self) -> bool:
        """Whether both sides are about as wide, as a page's columns are and a table's seldom."""
        return min(self.left.width, self.right.width) >= BALANCED * max(self.left.width, self.right.width)

    def without_tables(self) -> Iterator[Block]:
        """The parts above, between and below the tables that stretch across the gutter."""
        short = [False, *map(self.is_short, self.rows), False]
        # Two rows at least: the last line of a paragraph may stand beside a short one.
        in_table = [here and (above or below) for above, here, below in zip(short, short[1:], short[2:], strict=False)]
        for is_table, numbers in groupby(range(len(self.rows)), key=in_table.__getitem__):
            part = list(numbers)
            if not is_table:
                yield Block(self.first + part[0], self.rows[part[0] : part[-1] + 1], self.middle)

    def is_short(self, row: Row) -> bool:
        """Whether short cells stand in the row on both sides, as in a table's."""
        right = self.right_of(row)
        if not right or not self.left_of(row):
            return False
        is_sparse = ink(row) < SHORT * (self.left.width + self.right.width)
        return is_sparse and (len(cells(row)) > 2 or is_value(right[0].text))

    def trimmed(self) -> Block | None:
        """Without what stands above or below on one side alone; None when one side is empty."""
        sides = (self.left_of, self.right_of)
        there = [[number for number, row in enumerate(self.rows) if side(row)] for side in sides]
        if not all(there):
            return None
        first, last = max(numbers[0] for numbers in there), min(numbers[-1] for numbers in there)
        # A column may begin half a line above the other, and end many lines below it.
        first -= first > 0 and self.is_close(first)
        while last + 1 < len(self.rows) and self.is_close(last + 1):
            last += 1
        return Block(self.first + first, self.rows[first : last + 1], self.middle)

    def is_close(self, number: int) -> bool:
        """Whether the row follows the one above it without a gap."""
        above, here = self.rows[number - 1], self.rows[number]
        return here[0].middle - above[0].middle <= APART * max(here[0].height, above[0].height)

    def left_of(self, row: Row) -> Row:
        return [piece for piece in row if piece.right <= self.middle]

    def right_of(self, row: Row) -> Row:
        return [piece for piece in row if piece.right > self.middle]
