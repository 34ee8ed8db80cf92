"""PDFs made to cost whoever opens them, or to have them open something else."""

from __future__ import annotations

import zlib

from tests.data.minimal_pdf import file_of, stream, text_pdf
from tests.hostile.deflated import deflated, padded

SIDE = 100_000
PAGES = 100_000

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
SAYS = b"BT /F1 12 Tf 72 720 Td (%s) Tj ET"
WORDS = b"Right knee: unilateral primary osteoarthritis, grade four, with pain at night and at rest."


def pdf(objects: list[bytes]) -> bytes:
    return padded(file_of(objects, ""))


def one_page(content: bytes, *more: bytes, box: str = "0 0 612 792", resources: str = "/Font << /F1 5 0 R >>") -> bytes:
    """Catalogue, tree, page (3), its content (4), Helvetica (5), and more objects from 6."""
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Resources << {resources} >> /Contents 4 0 R >>"
    tree = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree, page.encode(), content, FONT, *more])


def pages_beyond_count() -> bytes:
    """10^5 pages, all of them the same object."""
    kids = b"<< /Type /Pages /Kids [" + b"3 0 R " * PAGES + f"] /Count {PAGES} >>".encode()
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>"
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", kids, page])


def pages_that_are_not_there() -> bytes:
    tree = f"<< /Type /Pages /Kids [3 0 R] /Count {2**31 - 1} >>".encode()
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>"
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree, page])


def pages_in_a_circle() -> bytes:
    tree = b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R >>"
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree])


def pages_nested() -> bytes:
    """A tree of 10^4 levels."""
    levels = [
        f"<< /Type /Pages /Kids [{number + 1} 0 R] /Count 1 /Parent {number - 1} 0 R >>".encode()
        for number in range(2, 10_002)
    ]
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", *levels, b"<< /Type /Page /MediaBox [0 0 612 792] >>"])


def nested_arrays() -> bytes:
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * 200_000 + b"]" * 200_000])


def gigabyte_of_content() -> bytes:
    return one_page(stream("/Filter /FlateDecode", deflated(1024)))


def content_packed_twice() -> bytes:
    return one_page(stream("/Filter [/FlateDecode /FlateDecode]", deflated(2048, times=2)))


def page_of_too_many_letters() -> bytes:
    line = SAYS % WORDS
    return one_page(stream("/Filter /FlateDecode", zlib.compress((line + b"\n") * 30_000, 9)))


def forms_of_forms() -> bytes:
    """Ten forms, each drawing the next ten times: 10^10 lines of text."""
    form = "/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << {resources} >>"
    forms = [stream(form.format(resources=f"/XObject << /X {7 + level} 0 R >>"), b"/X Do " * 10) for level in range(10)]
    last = stream(form.format(resources="/Font << /F1 5 0 R >>"), SAYS % WORDS)
    return one_page(stream("", b"/X Do"), *forms, last, resources="/XObject << /X 6 0 R >>")


def sheet_of_miles() -> bytes:
    return one_page(stream("", SAYS % WORDS), box="0 0 100000000 100000000")


def image_in_a_pdf() -> bytes:
    entries = (
        f"/Type /XObject /Subtype /Image /Width {SIDE} /Height {SIDE} /ColorSpace /DeviceRGB /BitsPerComponent 8 "
        "/Filter /FlateDecode"
    )
    image = stream(entries, deflated(256, byte=0))
    return one_page(stream("", b"q 612 0 0 792 0 0 cm /X Do Q"), image, resources="/XObject << /X 6 0 R >>")


def with_scripts() -> bytes:
    """Opens itself with a script, a program and an address, and embeds a file of the machine."""
    launches = b"<< /S /Launch /F (/bin/sh) /Next << /S /URI /URI (http://127.0.0.1:1/) >> >>"
    actions = b"<< /S /JavaScript /JS (app.alert(1)) /Next " + launches + b" >>"
    embedded = b"<< /Type /EmbeddedFile /F (file:///etc/passwd) /Length 0 >>\nstream\n\nendstream"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 5 0 R >> >>"
    tree = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    catalogue = b"<< /Type /Catalog /Pages 2 0 R /OpenAction 6 0 R /AA << /O 6 0 R >> >>"
    content = stream("", SAYS % WORDS)
    return pdf([catalogue, tree, page + b" /Contents 4 0 R >>", content, FONT, actions, embedded])


def external_content() -> bytes:
    """A page whose content lies in a file of the machine."""
    return one_page(b"<< /Length 0 /F (/etc/passwd) /FFilter /ASCIIHexDecode >>\nstream\n\nendstream")


def encrypted_pages() -> bytes:
    return text_pdf([SAYS % WORDS] * 2000, user_password="secret")


def cut_off() -> bytes:
    whole = text_pdf([SAYS % WORDS] * 40)
    return whole[: len(whole) // 2]
