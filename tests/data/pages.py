"""Letters drawn on clean paper: greyscale pages, black on white, before anything happens to the paper."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.data.letters import DASH, Line

INK = 38


def drawn(lines: Sequence[Line], *, size: tuple[int, int], margin: int, text: int) -> Image.Image:
    """The letter on a white page of `size` pixels, with letters `text` pixels high."""
    page = Image.new("L", size, 255)
    written(page, lines, margin=margin, text=text, top=0.65 * margin)
    return page


def written(page: Image.Image, lines: Sequence[Line], *, margin: int, text: int, top: float) -> float:
    """Writes the lines on the page, the first one `top` pixels from its edge; where the next one would begin."""
    pen = ImageDraw.Draw(page)
    width, y = page.width - 2 * margin, top
    for line in lines:
        font = ImageFont.load_default(size=text * line.size)
        stroke = 0.55 * line.size if line.bold else 0
        for at, words in line.cells:
            shown = words.replace(DASH, "-")  # the font inside Pillow has no dash
            pen.text((margin + at * width, y), shown, INK, font, stroke_width=stroke, stroke_fill=INK)
        y += text * line.size * 1.38
        if line.rule:
            pen.line((margin, y - text * 0.12, margin + width, y - text * 0.12), fill=110, width=2)
        y += text * line.after * 1.38
    return y


def signed(page: Image.Image, at: tuple[int, int]) -> None:
    """A flourish that no one can read, as under every letter."""
    time = np.linspace(0, 1, 160)
    x = at[0] + 310 * time + 16 * np.sin(time * 31)
    y = at[1] - 30 * np.sin(time * 23) * (1 - time) - 18 * np.sin(time * 5)
    ImageDraw.Draw(page).line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=70, width=4, joint="curve")


def stamped(page: Image.Image, words: Sequence[str], at: tuple[int, int]) -> Image.Image:
    """The page with a rubber stamp, a little crooked and paler than ink."""
    stamp = Image.new("L", (330, 118), 255)
    pen = ImageDraw.Draw(stamp)
    pen.rounded_rectangle((4, 4, 325, 113), radius=12, outline=120, width=5)
    for number, line in enumerate(words):
        font = ImageFont.load_default(size=34 - 6 * number)
        pen.text((165, 38 + 42 * number), line, fill=125, font=font, anchor="mm")
    stamp = stamp.rotate(7, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    page.paste(125, at, stamp.point(lambda tone: 255 - tone))
    return page
