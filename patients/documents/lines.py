"""Recognised pieces of text put back into the lines they were written in."""

from collections.abc import Iterable

from patients.documents.columns import in_reading_order
from patients.documents.pieces import Piece, rows


def lines(pieces: Iterable[Piece]) -> list[str]:
    """The text line by line in the order of reading; the pieces of a line from left to right, one space apart."""
    return [" ".join(piece.text for piece in row) for row in in_reading_order(rows(pieces))]
