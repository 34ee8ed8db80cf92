"""What happens to a page before it reaches us, down to the file that is uploaded. Every random draw comes from the
caller."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from patients.documents.kinds import JPEG, PNG, TIFF
from tests.data import paper

Draw = np.random.Generator
File = tuple[bytes, str]
"""Its bytes and its content type."""

Condition = Callable[[Image.Image, Draw], File]


def clean(page: Image.Image, draw: Draw) -> File:
    """As a computer drew it."""
    return file(page, PNG)


def crooked(degrees: float) -> Condition:
    """Laid crooked on a flatbed scanner, counterclockwise when positive."""
    return lambda page, draw: file(paper.scanned(page, draw, skew=degrees), JPEG)


def turned(how: Image.Transpose) -> Condition:
    """Scanned the wrong way round, and a little crooked."""
    return lambda page, draw: file(paper.scanned(page, draw, skew=0.8).transpose(how), JPEG)


def photographed(page: Image.Image, draw: Draw) -> File:
    """By a telephone: from slightly aside, on a desk, a shadow over the lower right of the page."""
    return file(paper.shadowed(paper.photographed(page, draw), draw, darkest=0.3), JPEG)


def dim(page: Image.Image, draw: Draw) -> File:
    """By a telephone from right above, one side of the page in deep shadow."""
    tones = np.asarray(page.filter(ImageFilter.GaussianBlur(0.9)), dtype=np.float64) * 0.8 + 20
    light = np.linspace(1.0, 0.12, page.width)[None, :]
    return file(paper.developed(tones * light + draw.normal(0, 4, tones.shape)), JPEG)


def fax(down: int, *, flipped: float) -> Condition:
    """Sent by fax: 204 dots across and `down` dots down to the inch, that share of them the wrong way round."""
    return lambda page, draw: file(paper.sent_by_fax(page, draw, down=down, flipped=flipped), TIFF, (204, down))


def squeezed(page: Image.Image, draw: Draw) -> File:
    """A fax in standard quality that was kept by a program which forgot its resolution."""
    return file(paper.sent_by_fax(page, draw, down=98, flipped=0.001), PNG)


def file(page: Image.Image, content_type: str, dpi: tuple[int, int] = (200, 200)) -> File:
    buffer = io.BytesIO()
    options = {
        JPEG: {"format": "JPEG", "quality": 75, "dpi": dpi},
        PNG: {"format": "PNG"},
        TIFF: {"format": "TIFF", "compression": "group4", "dpi": dpi},
    }
    page.save(buffer, **options[content_type])  # type: ignore[arg-type]
    return buffer.getvalue(), content_type


CONDITIONS: dict[str, Condition] = {
    "clean": clean,
    "crooked by 1.2 degrees": crooked(1.2),
    "crooked by 3 degrees": crooked(3),
    "crooked by -3 degrees": crooked(-3),
    "turned by 90 degrees": turned(Image.Transpose.ROTATE_90),
    "turned by 180 degrees": turned(Image.Transpose.ROTATE_180),
    "turned by 270 degrees": turned(Image.Transpose.ROTATE_270),
    "photographed, shadow": photographed,
    "photographed, one side dark": dim,
    "fax, fine (204 x 196 dpi)": fax(196, flipped=0.001),
    "fax, fine, bad line": fax(196, flipped=0.01),
    "fax, standard (204 x 98 dpi)": fax(98, flipped=0.001),
    "fax, standard, bad line": fax(98, flipped=0.01),
    "fax, standard, no resolution": squeezed,
}
