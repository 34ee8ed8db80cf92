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

DECODERS = {JPEG: "JPEG", PNG: "PNG", TIFF: "TIFF"}


def drawn_page(page: pypdfium2.PdfPage) -> Image.Image:
    """A page of a PDF at 200 dpi, or as large as `MAX_SIDE` allows."""
    width, height = page.get_size()
    scale = min(DOTS_PER_INCH / 72, MAX_SIDE / max(width, height, 1))
    picture: Image.Image = page.render(scale=scale).to_pil()
    return picture.convert("RGB")


def drawn_pictures(path: Path, content_type: str) -> Iterator[Image.Image]:
    """The pages of an uploaded picture, one at a time. Raises Broken, TooLargeToDraw or TooManyPages."""
    with opened_picture(path, content_type) as picture:
        # Telephones put a thumbnail or a depth map behind a JPEG as further frames; only a TIFF has pages.
        pages = getattr(picture, "n_frames", 1) if content_type == TIFF else 1
        if pages > MAX_PAGES:
            raise TooManyPages
        for number in range(pages):
            picture.seek(number)
            yield upright(picture)


@contextmanager
def opened_picture(path: Path, content_type: str) -> Iterator[Image.Image]:
    """The picture, open and not yet decoded; what Pillow refuses in it becomes Broken or TooLargeToDraw."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        # One decoder: Pillow guesses among forty formats, some of them rarely looked after.
        with Image.open(path, formats=(DECODERS[content_type],)) as picture:
            yield picture
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
    return ImageOps.exif_transpose(on_white(page))


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
