"""Makes the sample documents beside this file: `python -m tests.data.make_scans [folder]`.

Seeded, and drawn with the font inside Pillow: the same libraries make the same bytes on every machine.
"""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from tests.data import letters, minimal_pdf, pages, paper

SEED = 20417
LETTER_200_DPI = (1700, 2200)


def main(folder: Path) -> None:
    for name, make in SAMPLES.items():
        content = make()
        (folder / name).write_bytes(content)
        print(f"{name:26} {len(content) / 1024:7.1f} KB")


def scanned_knee_report() -> bytes:
    """The demo's document: an orthopaedic letter, scanned crooked, no text layer."""
    page = pages.drawn(letters.KNEE_REPORT, size=LETTER_200_DPI, margin=190, text=31)
    pages.signed(page, (1080, 2085))
    page = pages.stamped(page, ("RECEIVED", "15 MAY 2025"), (260, 1985))
    scan = paper.scanned(page, np.random.default_rng(SEED))
    return minimal_pdf.image_pdf([(paper.jpeg(scan, quality=52), scan.size)])


def knee_report() -> bytes:
    """The same letter as its author's computer wrote it."""
    return minimal_pdf.text_pdf([minimal_pdf.text_page(letters.KNEE_REPORT)])


def phone_photo() -> bytes:
    """A note photographed upright by a telephone that stores its pictures lying down."""
    page = pages.drawn(letters.CARDIAC_NOTE, size=(1200, 1500), margin=150, text=40)
    photo = paper.photographed(page, np.random.default_rng(SEED))
    return paper.jpeg(photo.transpose(Image.Transpose.ROTATE_90), quality=78, orientation=6)


def two_pages() -> bytes:
    """A fax: two pages of pure black and white in one TIFF."""
    first, second = (
        paper.faxed(pages.drawn(lines, size=(1240, 700), margin=110, text=34)) for lines in letters.FAX_PAGES
    )
    buffer = io.BytesIO()
    first.save(buffer, "TIFF", compression="group4", save_all=True, append_images=[second], dpi=(150, 150))
    return buffer.getvalue()


def long_fax() -> bytes:
    """Four pages in standard quality: half as many dots down as across, as the file says."""
    draw = np.random.default_rng(SEED)
    drawn = (pages.drawn(lines, size=(1700, 420), margin=130, text=34) for lines in letters.LONG_FAX)
    first, *others = (paper.sent_by_fax(page, draw, down=98, flipped=0.0005) for page in drawn)
    buffer = io.BytesIO()
    first.save(buffer, "TIFF", compression="group4", save_all=True, append_images=others, dpi=(204, 98))
    return buffer.getvalue()


def encrypted() -> bytes:
    content = minimal_pdf.text_page(letters.CARDIAC_NOTE)
    return minimal_pdf.text_pdf([content], user_password="let me in")


def broken() -> bytes:
    """Starts as a PDF and ends in the middle, its bytes replaced: no reader can mend it."""
    return b"%PDF-1.4\n" + np.random.default_rng(SEED).bytes(2000)


def blank_scan() -> bytes:
    """A page with nothing on it but its own grain."""
    draw = np.random.default_rng(SEED)
    grain = np.clip(238 + draw.normal(0, 2, (330, 255)), 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(grain).resize((510, 660), Image.Resampling.NEAREST).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def fifty_one_pages() -> bytes:
    pages_of_one_line = [[letters.words(f"Page {number} of 51")] for number in range(1, 52)]
    return minimal_pdf.text_pdf([minimal_pdf.text_page(lines) for lines in pages_of_one_line])


SAMPLES: dict[str, Callable[[], bytes]] = {
    "scanned-knee-report.pdf": scanned_knee_report,
    "knee-report.pdf": knee_report,
    "phone-photo.jpg": phone_photo,
    "two-pages.tif": two_pages,
    "long-fax.tif": long_fax,
    "encrypted.pdf": encrypted,
    "broken.pdf": broken,
    "blank-scan.png": blank_scan,
    "51-pages.pdf": fifty_one_pages,
}

if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
