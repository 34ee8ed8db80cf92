"""Files that are two things at once, or another one than they say."""

from __future__ import annotations

import io
import zipfile

from PIL import Image

from tests.data.minimal_pdf import text_pdf
from tests.hostile.deflated import deflated, padded
from tests.hostile.pdfs import SAYS, WORDS


def zip_bomb() -> bytes:
    """800 GB in 10 KB: ten archives in each of ten, five deep."""
    content = deflated(8, byte=0)
    for level in range(5):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"{level}-{number}.zip", content)
        content = packed.getvalue()
    return padded(content)


def pdf_and_zip() -> bytes:
    """Good as both."""
    packed = io.BytesIO(text_pdf([SAYS % WORDS]))
    packed.seek(0, io.SEEK_END)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../../tmp/evil.sh", "#!/bin/sh")
    return packed.getvalue()


def pdf_and_html() -> bytes:
    return padded(b"<script>alert(document.cookie)</script><!--\n" + text_pdf([SAYS % WORDS]) + b"-->")


def jpeg_and_pdf() -> bytes:
    packed = io.BytesIO()
    Image.new("RGB", (400, 400), "white").save(packed, "JPEG", comment=b"%PDF-1.4\n")
    return packed.getvalue() + text_pdf([SAYS % WORDS])


def svg_as_png() -> bytes:
    return padded(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
