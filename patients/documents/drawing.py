"""Pages as pictures for the reader's eye: always RGB on white, never larger than it needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

from patients.documents.faults import MAX_PAGES, Broken, TooLargeToDraw, TooManyPages
from patients.documents.kinds import JPEG, PNG, TIFF

DOTS_PER_INCH = 200
MAX_SIDE = 2400
"""Pixels of a drawn page's longer side: A4 and Letter at 200 dpi; a poster is drawn smaller, not larger."""

MAX_PIXELS = 50_000_000
"""Of a picture as uploaded: 200 MB decoded. Without it, a file of 60 KB could ask for any amount."""

SQUARE, FURTHEST = 1.2, 0.25
"""Dots per inch across by dots per inch down: what is still a square dot, and the least that is believed."""

DECODERS = {JPEG: "JPEG", PNG: "PNG", TIFF: "TIFF"}


def drawn_page(page: pypdfium2.PdfPage) -> Image.Image:
    """A page of a PDF at 200 dpi, or as large as `MAX_SIDE` allows."""
    width, height = page.get_size()
    scale = min(DOTS_PER_INCH / 72, MAX_SIDE / max(width, height, 1))
    picture: Image.Image = page.render(scale=scale).to_pil()
    return picture.convert("RGB")


@contextmanager
def opened_picture(path: Path, content_type: str) -> Iterator[Image.Image]:
    """The picture, open and not yet decoded. Raises Broken, TooLargeToDraw or TooManyPages."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    with refusals():
        # One decoder: Pillow guesses among forty formats, some of them rarely looked after.
        picture = Image.open(path, formats=(DECODERS[content_type],))
    with picture:
        if page_count(picture) > MAX_PAGES:
            raise TooManyPages
        yield picture


def page_count(picture: Image.Image) -> int:
    """How many pages it has: only a TIFF has several.

    Telephones put a thumbnail or a depth map behind a JPEG as further frames. More than `MAX_PAGES` are not counted to
    their end: each has to be looked for behind the one before, and there may be a hundred thousand.
    """
    if picture.format != DECODERS[TIFF]:
        return 1
    with refusals():
        for number in range(1, MAX_PAGES + 1):
            try:
                picture.seek(number)
            except EOFError:
                picture.seek(0)
                return number
    return MAX_PAGES + 1


def drawn_picture(picture: Image.Image, number: int) -> Image.Image:
    """Page `number`, from 0, of an open picture. Raises Broken or TooLargeToDraw."""
    with refusals():
        picture.seek(number)
        return upright(picture)


@contextmanager
def refusals() -> Iterator[None]:
    """What Pillow refuses in the block becomes Broken or TooLargeToDraw."""
    try:
        yield
    except Image.DecompressionBombError as error:
        raise TooLargeToDraw from error
    except (OSError, SyntaxError, ValueError, LookupError, TypeError, EOFError) as error:
        raise Broken(type(error).__name__) from error


def upright(picture: Image.Image) -> Image.Image:
    """The current frame as the camera was held, in RGB on white, at most `MAX_SIDE` pixels long."""
    if picture.width * picture.height > MAX_PIXELS:
        raise TooLargeToDraw
    picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
    page = eight_bits(picture)
    page.thumbnail((MAX_SIDE, MAX_SIDE))
    page = unsqueezed(page, *picture.info.get("dpi", (0, 0)))
    page.thumbnail((MAX_SIDE, MAX_SIDE))
    return ImageOps.exif_transpose(on_white(page))


def unsqueezed(page: Image.Image, across: float, down: float) -> Image.Image:
    """The page with dots as wide as high, given its dots per inch: a fax has twice as many across as down.

    Itself where they are about the same, unknown, or nothing that any machine has.
    """
    ratio = float(across) / float(down) if across and down else 1.0
    if not (SQUARE < ratio < 1 / FURTHEST or FURTHEST < ratio < 1 / SQUARE):
        return page
    width, height = page.size
    size = (width, round(height * ratio)) if ratio > 1 else (round(width / ratio), height)
    return page.resize(size, Image.Resampling.NEAREST)


def eight_bits(picture: Image.Image) -> Image.Image:
    """A copy with 8 bits per channel. Pillow clips 16-bit greys to white instead of scaling them."""
    if picture.mode.startswith(("I", "F")):
        low, high = (float(tone) for tone in picture.getextrema())  # type: ignore[arg-type]
        scale = 255 / max(high - low, 1)
        return picture.convert("F").point(lambda tone: (tone - low) * scale).convert("L")
    modes = {"1": "L", "P": "RGBA", "PA": "RGBA", "LA": "RGBA"}
    return picture.convert(modes.get(picture.mode, picture.mode))


def on_white(page: Image.Image) -> Image.Image:
    """The page in RGB; what is transparent is paper, not the black that Pillow would make of it."""
    if page.mode != "RGBA":
        return page.convert("RGB")
    paper = Image.new("RGB", page.size, "white")
    paper.paste(page, mask=page.getchannel("A"))
    return paper
