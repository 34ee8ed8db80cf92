"""The hostile documents by name: how each is made, as what it is uploaded, and what its patient is told."""

from __future__ import annotations

from collections.abc import Callable

from patients.documents.kinds import JPEG, PDF, PNG, TIFF
from tests.hostile import pdfs, pictures, polyglots

Case = tuple[Callable[[], bytes], str, str]

UNREADABLE: dict[str, Case] = {
    "a PDF of 100,000 pages": (pdfs.pages_beyond_count, PDF, "more than 50 pages"),
    "a PDF that says it has 2,147,483,647 pages": (pdfs.pages_that_are_not_there, PDF, ""),
    "a PDF whose pages are in a circle": (pdfs.pages_in_a_circle, PDF, ""),
    "a PDF whose pages lie 10,000 levels deep": (pdfs.pages_nested, PDF, ""),
    "a PDF of 200,000 nested arrays": (pdfs.nested_arrays, PDF, ""),
    "a PDF that wants a password, of 2,000 pages": (pdfs.encrypted_pages, PDF, "password"),
    "a PDF that was cut off": (pdfs.cut_off, PDF, ""),
    "a PNG of 100,000 x 100,000 pixels": (pictures.png_of_30_gigabytes, PNG, "too large"),
    "a JPEG of 65,535 x 65,535 pixels": (pictures.jpeg_of_12_gigabytes, JPEG, "too large"),
    "a TIFF of 100,000 x 100,000 pixels": (pictures.tiff_of_10_gigabytes, TIFF, "too large"),
    "a TIFF of 100,000 pages": (pictures.tiff_of_many_pages, TIFF, "more than 50 pages"),
    "a PNG with a text of a gigabyte": (pictures.png_with_a_text_of_a_gigabyte, PNG, ""),
    "a PNG with a colour profile of a gigabyte": (pictures.png_with_a_profile_of_a_gigabyte, PNG, "damaged"),
    "a PNG of 30 KB that unpacks to 512 MB": (pictures.png_with_more_than_it_says, PNG, "No text"),
    "a TIFF whose pages are in a circle": (pictures.tiff_in_a_circle, TIFF, ""),
    "a picture of 100,000 x 100,000 pixels in a PDF": (pdfs.image_in_a_pdf, PDF, "No text"),
    "a PDF whose page lies in a file of the machine": (pdfs.external_content, PDF, "No text"),
    "a JPEG with a PDF behind it": (polyglots.jpeg_and_pdf, JPEG, "No text"),
}

DEADLY: dict[str, Callable[[], bytes]] = {
    "a PDF of 5 KB with a page of 2 GB, packed twice": pdfs.content_packed_twice,
    "a PDF with a page of a gigabyte": pdfs.gigabyte_of_content,
    "a PDF that draws 10,000,000,000 lines": pdfs.forms_of_forms,
}
"""The reader dies of them, as its bounds have it. Nobody can say that the document was the reason: it is tried again,
for an hour."""

READ: dict[str, Callable[[], bytes]] = {
    "a PDF and a zip": polyglots.pdf_and_zip,
    "a page with a script before it": polyglots.pdf_and_html,
    "a PDF that opens a script, a program and an address": pdfs.with_scripts,
    "a PDF of a sheet of 2,000 miles": pdfs.sheet_of_miles,
    "a PDF of 30,000 lines over each other": pdfs.page_of_too_many_letters,
}
"""Their text is read, and nothing else is done that they ask for."""

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a zip bomb called a PDF": (polyglots.zip_bomb, PDF),
    "an SVG with a script called a PNG": (polyglots.svg_as_png, PNG),
    "a PDF called a PNG": (polyglots.pdf_and_zip, PNG),
    "a JPEG with a PDF in it called a PDF": (polyglots.jpeg_and_pdf, PDF),
}
