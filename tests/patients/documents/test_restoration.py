"""A page is restored where it was spoilt, and left alone where it was not."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from patients.documents.drawing import unsqueezed
from patients.documents.restoration import evenly_lit, restored, without_specks

SIZE = (900, 700)


def page(text: str = "Potassium 5.3 mmol/L", at: tuple[int, int] = (60, 300)) -> np.ndarray:
    """White paper with a line of text, in RGB."""
    drawn = Image.new("L", SIZE, 255)
    ImageDraw.Draw(drawn).text(at, text, 20, ImageFont.load_default(size=32))
    return np.asarray(drawn.convert("RGB"))


def specked(clean: np.ndarray, *, share: float, size: int = 1) -> np.ndarray:
    """The page with that share of its pixels the beginning of a black speck of `size` by `size`."""
    draw, dirty = np.random.default_rng(3), clean.copy()
    rows, columns = np.nonzero(draw.random(clean.shape[:2]) < share)
    for down in range(size):
        for across in range(size):
            dirty[np.minimum(rows + down, SIZE[1] - 1), np.minimum(columns + across, SIZE[0] - 1)] = 0
    return dirty


def black(tones: np.ndarray) -> np.ndarray:
    return tones[..., 0] < 128


@pytest.mark.parametrize(("share", "size"), [(0.003, 1), (0.01, 1), (0.002, 2)])
def test_the_specks_of_a_bad_line_are_taken_out(share: float, size: int) -> None:
    clean = page()
    dirty = specked(clean, share=share, size=size)
    restored = without_specks(dirty)
    left, before = black(restored) & ~black(clean), black(dirty) & ~black(clean)
    assert left.sum() < 0.1 * before.sum()
    # Nothing of the text goes with them, its decimal point and the dots of its letters least of all.
    assert (black(restored) | ~black(clean)).all()


def test_a_row_of_dots_is_no_noise() -> None:
    clean = page("Hemoglobin .................... 13.2")
    assert without_specks(clean) is clean


def test_a_page_lit_evenly_is_left_alone() -> None:
    clean = page()
    assert evenly_lit(clean) is clean
    assert restored(clean) is clean


def test_a_shadow_is_lit() -> None:
    clean = page()
    light = np.linspace(1.0, 0.15, SIZE[0])[None, :, None]
    lit = evenly_lit((clean * light).astype(np.uint8))
    paper = lit[50:150].mean(axis=(0, 2))
    assert paper.min() > 0.85 * paper.max()
    agree = (black(lit) == black(clean)).mean()
    assert agree > 0.995


@pytest.mark.parametrize(
    ("dpi", "size"),
    [
        ((204, 98), (900, 1457)),
        ((100, 200), (1800, 700)),
        ((204, 196), SIZE),
        ((0, 0), SIZE),
        ((72, 1), SIZE),
        ((float("nan"), 98), SIZE),
    ],
)
def test_a_page_is_given_the_shape_that_its_resolution_says(dpi: tuple[float, float], size: tuple[int, int]) -> None:
    assert unsqueezed(Image.new("L", SIZE), *dpi).size == size
