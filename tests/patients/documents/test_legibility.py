"""A page of which much was never seen is no sure reading."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from patients.documents.legibility import share_read
from patients.documents.pieces import Piece

ROWS = [f"Row number {number} of this page" for number in range(10)]


def page() -> np.ndarray:
    drawn = Image.new("L", (700, 620), 255)
    for at, row in enumerate(ROWS):
        ImageDraw.Draw(drawn).text((50, 20 + 60 * at), row, 30, ImageFont.load_default(size=32))
    return np.asarray(drawn.convert("RGB"))


def seen(at: int) -> Piece:
    top = 16 + 60 * at
    return Piece(ROWS[at], 0.99, ((40, top), (660, top), (660, top + 44), (40, top + 44)))


@pytest.mark.parametrize("rows", [10, 5, 1])
def test_the_share_is_that_of_the_letters_seen(rows: int) -> None:
    assert share_read(page(), [seen(at) for at in range(rows)]) == pytest.approx(rows / 10, abs=0.02)


def test_of_a_page_without_text_nothing_was_read() -> None:
    assert share_read(page(), []) == 0.0


def test_pictures_lines_and_stamps_are_no_letters() -> None:
    with_more = Image.fromarray(page())
    pen = ImageDraw.Draw(with_more)
    pen.rectangle((400, 300, 690, 600), outline=0, width=3)
    pen.line((0, 610, 700, 610), fill=0, width=2)
    pen.ellipse((420, 320, 680, 580), fill=90)
    assert share_read(np.asarray(with_more), [seen(at) for at in range(10)]) > 0.98
