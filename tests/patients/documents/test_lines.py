"""Boxes become the lines they were, also on a page that lay crooked."""

import math

import pytest

from patients.documents.lines import lines
from patients.documents.pieces import Piece, skew

TABLE = [
    [("Test", 0), ("Result", 600), ("Unit", 900), ("Reference", 1300)],
    [("HbA1c", 0), ("7.1", 600), ("%", 900), ("4.0-5.6", 1300)],
    [("Hemoglobin", 0), ("13.2", 600), ("g/dL", 900), ("12.0-16.0", 1300)],
    [("A sentence that runs over the whole width of the page, as long as the table.", 0)],
]


def table(degrees: float) -> list[Piece]:
    """The table in rows 40 pixels apart, turned clockwise by so many degrees; its last row first."""
    return [
        boxed(words, left, 40 * number, degrees)
        for number, row in reversed(list(enumerate(TABLE)))
        for words, left in row
    ]


def boxed(words: str, left: float, top: float, degrees: float = 0, height: float = 28) -> Piece:
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    right, bottom = left + 20 * len(words), top + height
    a, b, c, d = (
        (x * cosine - y * sine, x * sine + y * cosine)
        for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
    )
    return Piece(words, 1.0, (a, b, c, d))


@pytest.mark.parametrize("degrees", [0, 1.5, -1.5, 4, -4])
def test_a_table_keeps_its_rows_on_a_crooked_page(degrees: float) -> None:
    assert lines(table(degrees)) == [" ".join(words for words, _ in row) for row in TABLE]


def test_the_skew_is_that_of_the_long_boxes() -> None:
    short = [boxed("a", 0, 40 * row, degrees=-9) for row in range(9)]
    assert math.degrees(skew([*short, *table(1.5)])) == pytest.approx(1.5)


def test_a_tall_stamp_does_not_pull_rows_together() -> None:
    stamp = boxed("PAID", 900, -4, height=100)
    assert lines([boxed("first", 0, 0), boxed("second", 0, 40), stamp]) == ["first", "second PAID"]


def test_no_pieces_are_no_lines() -> None:
    assert lines([]) == []
