"""What scanners, telephones and fax machines do to a clean page. Every random draw comes from the caller."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Tones = NDArray[np.float64]


def scanned(page: Image.Image, draw: np.random.Generator, *, skew: float = 1.2) -> Image.Image:
    """The page as a flatbed scanner sees it: crooked by `skew` degrees, soft, grainy, unevenly white."""
    turned = page.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255)
    soft = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.75)), dtype=np.float64) / 255
    height, width = soft.shape
    paper = 232 + 7 * cloud(draw, (height, width), cells=9) + 2.5 * cloud(draw, (height, width), cells=90)
    across = np.linspace(0, 1, width)
    paper -= 34 * np.exp(-across / 0.016) + 14 * np.exp(-(1 - across) / 0.05)
    paper -= 9 * np.exp(-(((np.linspace(0, 1, height)[:, None] - 0.515) / 0.0016) ** 2))
    tones = soft * paper + draw.normal(0, 3.4, soft.shape)
    for y in (0.36, 0.64):
        punch(tones, (int(y * height), int(0.035 * width)), radius=int(0.011 * height))
    speckle(tones, draw, count=90)
    return Image.fromarray(np.clip(tones, 0, 255).astype(np.uint8))


def photographed(page: Image.Image, draw: np.random.Generator) -> Image.Image:
    """The page on a table, seen from slightly aside by a telephone: colour, shadow, perspective."""
    width, height = page.size
    corners = (-90, -70, -40, height + 60, width + 120, height + 90, width + 45, -110)
    seen = page.transform(page.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=0)
    desk = Image.new("L", page.size, 255).transform(page.size, Image.Transform.QUAD, corners, fillcolor=0)
    on_paper = (np.asarray(desk, dtype=np.float64) / 255)[..., None]
    light = 0.78 + 0.16 * np.linspace(1, 0, height)[:, None] + 0.05 * cloud(draw, (height, width), cells=4)
    ink = np.asarray(seen.filter(ImageFilter.GaussianBlur(0.6)), dtype=np.float64)
    paper = (ink * light)[..., None] * np.array([1.0, 0.965, 0.9])
    wood = (70 + 14 * cloud(draw, (height, width), cells=40))[..., None] * np.array([1.0, 0.72, 0.48])
    tones = paper * on_paper + wood * (1 - on_paper) + draw.normal(0, 3, (height, width, 1))
    return Image.fromarray(np.clip(tones, 0, 255).astype(np.uint8))


def shadowed(photo: Image.Image, draw: np.random.Generator, *, darkest: float) -> Image.Image:
    """A soft-edged shadow over the lower right of the photograph, whose middle keeps `darkest` of its light."""
    width, height = photo.size
    x, y = np.linspace(0, 1, width)[None, :], np.linspace(0, 1, height)[:, None]
    edge = 1 / (1 + np.exp(-18 * (0.7 * x + y - 1.05 + 0.03 * cloud(draw, (height, width), cells=5))))
    return developed(np.asarray(photo, dtype=np.float64) * (1 - (1 - darkest) * edge)[..., None])


def sent_by_fax(page: Image.Image, draw: np.random.Generator, *, down: int, flipped: float) -> Image.Image:
    """The page as 1,728 dots across and `down` to the inch from top to bottom, each black or white: fed in crooked,
    its strokes frayed, and a share of its dots `flipped` on the way."""
    fed = page.rotate(draw.uniform(-0.7, 0.7), resample=Image.Resampling.BICUBIC, fillcolor=255)
    size = (1728, round(page.height * 1728 / page.width * down / 204))
    tones = np.asarray(fed.resize(size, Image.Resampling.BOX), dtype=np.float64)
    dots = tones + draw.normal(0, 18, tones.shape) > 140
    return Image.fromarray(dots ^ (draw.random(dots.shape) < flipped))


def developed(tones: Tones) -> Image.Image:
    return Image.fromarray(np.clip(tones, 0, 255).astype(np.uint8))


def faxed(page: Image.Image) -> Image.Image:
    """The page in black and white only."""
    return page.rotate(-0.4, fillcolor=255).point(lambda tone: 255 if tone > 140 else 0).convert("1")


def jpeg(page: Image.Image, *, quality: int, orientation: int = 1) -> bytes:
    """The page as JPEG, saying in EXIF how a viewer must turn it (6: by 90 degrees clockwise)."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=quality, optimize=True, exif=exif, dpi=(200, 200))
    return buffer.getvalue()


def cloud(draw: np.random.Generator, shape: tuple[int, int], *, cells: int) -> Tones:
    """Smooth noise of about -1..1, with about `cells` hills across."""
    coarse = Image.fromarray(draw.normal(0, 0.6, (cells, cells)).astype(np.float32))
    return np.asarray(coarse.resize((shape[1], shape[0]), Image.Resampling.BICUBIC), dtype=np.float64)


def punch(tones: Tones, centre: tuple[int, int], *, radius: int) -> None:
    y, x = np.ogrid[: tones.shape[0], : tones.shape[1]]
    distance = np.hypot(y - centre[0], x - centre[1])
    tones[distance < radius] *= 0.42
    tones[np.abs(distance - radius) < 2] *= 0.8


def speckle(tones: Tones, draw: np.random.Generator, *, count: int) -> None:
    for y, x in draw.integers((0, 0), (tones.shape[0] - 3, tones.shape[1] - 3), (count, 2)):
        tones[y : y + 2, x : x + draw.integers(1, 4)] *= 0.72
