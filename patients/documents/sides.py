"""What stands on one side of a gap down the page: running text, a table, or the values of one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean, median

from patients.documents.gutters import WIDTH, gaps
from patients.documents.pieces import Row

FULL = 0.7
"""Lines of running text fill so much of their column, in the median; a table's cells are of any length."""

LONG = 20
"""Characters of a line of running text, in the mean."""

ONE, SEVERAL = 1.2, 1.5
"""Cells in a row, in the mean: at most so many in running text, at least so many in a table."""

MANY, MOST = 0.4, 0.8
"""Shares of a side's rows that begin with a number, or contain one."""

HALF = 0.5
"""Of its rows may be headings; a column of findings in capitals is none."""

RUNNING, FEW = 0.25, 3
"""Share of the lines of running text that begin with a small letter, of at least so many lines."""

NUMBERED = re.compile(r"\d{1,2}[.)]\s*\D")
"""An entry of a list: it begins with a number and is no value."""


@dataclass(frozen=True)
class Side:
    """The rows that have something there, each without what stands on the other side; at least one."""

    rows: Sequence[Row]

    @cached_property
    def width(self) -> float:
        return max(row[-1].right for row in self.rows) - min(row[0].left for row in self.rows)

    @cached_property
    def cells(self) -> float:
        """How many cells a row has, in the mean."""
        return fmean(len(cells(row)) for row in self.rows)

    @cached_property
    def length(self) -> float:
        """How many characters a row has, in the mean."""
        return fmean(len(joined(row)) for row in self.rows)

    @property
    def is_text(self) -> bool:
        """Whether its lines look like running text: long, of one piece, and of about the same length."""
        is_full = median(map(ink, self.rows)) >= FULL * self.width
        return is_full and self.cells <= ONE and self.length >= LONG

    @property
    def is_table(self) -> bool:
        """Whether it is a table by itself, with a name and a value in most rows."""
        return self.cells >= SEVERAL

    @property
    def runs_on(self) -> bool:
        """Whether sentences go on from line to line; true where writing has no small letters to tell it by."""
        begins = [text[0] for text in map(joined, self.rows) if text[0].isalpha() and text.upper() != text]
        return len(begins) < FEW or fmean(map(str.islower, begins)) >= RUNNING

    @property
    def is_values(self) -> bool:
        """Whether it is results or dates."""
        return fmean(is_value(row[0].text) for row in self.rows) >= MANY

    @property
    def has_numbers(self) -> bool:
        """Whether there is a number in nearly every row."""
        return fmean(any(map(str.isdigit, row[0].text)) for row in self.rows) >= MOST

    @property
    def has_headings(self) -> bool:
        """Whether headings stand between its lines: in a table they do so on its left side only."""
        headings = [is_heading(row) for row in self.rows]
        return any(headings[1:]) and fmean(headings) <= HALF and self.length >= LONG / 2


def joined(row: Row) -> str:
    return " ".join(piece.text for piece in row)


def ink(row: Row) -> float:
    """How much of the row is written on, in pixels."""
    return sum(piece.right - piece.left for piece in row)


def cells(row: Row) -> list[tuple[float, float]]:
    """The gaps before the row's cells; pieces a blank apart are one cell."""
    least = WIDTH * fmean(piece.height for piece in row)
    return [gap for gap in gaps(row)[:-1] if gap[1] - gap[0] >= least]


def is_value(cell: str) -> bool:
    """Whether the cell begins with a number, or with a sign before one."""
    text = cell.lstrip("<>=\u2264\u2265+-~( ")
    return text[:1].isdigit() and not NUMBERED.match(text)


def is_heading(row: Row) -> bool:
    text = joined(row)
    return len(text) >= 4 and (text.isupper() or text.endswith(":"))
