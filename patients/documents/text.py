"""The text that a PDF carries itself, page by page."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pypdfium2.raw

from patients.documents.faults import MAX_PAGES, Broken, Encrypted, TooManyPages

ENOUGH_CHARACTERS = 50
ENOUGH_ALPHANUMERIC = 0.1
# What PDFium writes for a hyphen at the end of a row. A divided word is no word to a lexicon: "osteo-" above
# "arthritis" loses its hyphen; "non-" or "X-" above anything, and "Kellgren-" above a capital, keep it.
HYPHEN = re.compile(r"[\ufffe\x02]")
DIVIDED = re.compile(r"(?<=[^\W\d_]{4})[\ufffe\x02](?=[a-z])")

UNSEEN = {"Cc", "Cs", "Cn", "Co"}
MAX_CHARACTERS = 100_000
"""More than any page of letters holds: a page beyond it was made to exhaust memory."""


def pdf_text(path: Path) -> list[str]:
    """The text of each page, empty where a page has none. Raises Encrypted, Broken or TooManyPages."""
    with opened_pdf(path) as document:
        return [page_text(page) for page in document]


def needs_ocr(text: str) -> bool:
    """Whether a page's own text is too little to trust: under 50 characters, or over 90 % not alphanumeric.

    White space counts neither way: a table is mostly gaps, and still text.
    """
    characters = [character for character in text if not character.isspace()]
    alphanumeric = sum(map(str.isalnum, characters))
    return len(text.strip()) < ENOUGH_CHARACTERS or alphanumeric < ENOUGH_ALPHANUMERIC * len(characters)


@contextmanager
def opened_pdf(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    """The document, open while the block runs. Raises Encrypted, Broken or TooManyPages."""
    # Its bytes, of which there are 20 MB at most: PDFium's wrapper takes a path only where it leads to a name.
    with refusals(), pypdfium2.PdfDocument(path.read_bytes()) as document:
        if len(document) > MAX_PAGES:
            raise TooManyPages
        if len(document) == 0:
            raise Broken("no pages")
        yield document


@contextmanager
def refusals() -> Iterator[None]:
    """What PDFium refuses in the block becomes Encrypted or Broken."""
    try:
        yield
    except pypdfium2.PdfiumError as error:
        needs_password = error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise (Encrypted if needs_password else Broken)(str(error)) from error


def page_text(page: pypdfium2.PdfPage) -> str:
    """The page's text in the order its author wrote it, one line per row, tidied."""
    layer = page.get_textpage()
    if layer.count_chars() > MAX_CHARACTERS:
        raise Broken("a page of more characters than a page can hold")
    return tidied(str(layer.get_text_bounded()))


def tidied(text: str) -> str:
    """The text with plain line ends, without trailing blanks and without characters that nobody can see.

    Postgres refuses U+0000 and half surrogate pairs, and a form feed would look like the end of a page.
    """
    text = unicodedata.normalize("NFC", HYPHEN.sub("-", DIVIDED.sub("", text)))
    lines = (visible(line).rstrip() for line in text.splitlines())
    return "\n".join(lines).strip("\n")


def visible(line: str) -> str:
    return "".join(c for c in line.replace("\t", " ") if unicodedata.category(c) not in UNSEEN)
