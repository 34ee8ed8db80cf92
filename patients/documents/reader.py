"""The process that reads one document: `python -m patients.documents.reader PATH CONTENT_TYPE [PARENT_PID]`.

Prints one line of JSON and nothing else:

    {"ok": true, "method": "text" | "ocr" | "mixed",
     "pages": [{"text": str, "confidence": float | null, "method": "text" | "ocr"}]}
    {"ok": false, "fault": <name of a class in faults>, "retryable": bool, "cause": str}

A process of its own, because the libraries that read strangers' files need a gigabyte, and may crash, hang or
be taken over: whatever happens here ends here.
"""

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from patients.documents.confinement import confine
from patients.documents.drawing import drawn_page, drawn_pictures
from patients.documents.faults import Broken, NothingReadable, ReaderCrashed, Unreadable
from patients.documents.kinds import HEAD_BYTES, PDF, sniff
from patients.documents.text import needs_ocr, opened_pdf, page_text

PageRead = dict[str, Any]


def main(path: Path, content_type: str, parent: int | None) -> None:
    answer = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # a library that prints, in Python or in C, would write into the middle of the answer
    confine(parent)
    with answer:
        print(json.dumps(answered(path, content_type)), file=answer)


def answered(path: Path, content_type: str) -> dict[str, Any]:
    try:
        return told(list(pages(path, content_type)))
    except Unreadable as fault:
        return refused(fault)
    except Exception as error:
        return refused(ReaderCrashed(type(error).__name__))  # not its message, which may quote the document


def told(pages: list[PageRead]) -> dict[str, Any]:
    """The answer for pages that were read; their method is that of the pages with text."""
    methods = {page["method"] for page in pages if page["text"].strip()}
    if not methods:
        raise NothingReadable
    return {"ok": True, "method": methods.pop() if len(methods) == 1 else "mixed", "pages": pages}


def refused(fault: Unreadable) -> dict[str, Any]:
    return {"ok": False, "fault": type(fault).__name__, "retryable": fault.retryable, "cause": str(fault)}


def pages(path: Path, content_type: str) -> Iterable[PageRead]:
    with path.open("rb") as file:
        if sniff(file.read(HEAD_BYTES)) != content_type:
            raise Broken("not the declared type")
    return pdf_pages(path) if content_type == PDF else picture_pages(path, content_type)


def pdf_pages(path: Path) -> Iterable[PageRead]:
    with opened_pdf(path) as document:
        for page in document:
            yield pdf_page(page)


def pdf_page(page: pypdfium2.PdfPage) -> PageRead:
    """The page's own text; by eye where that is too little, and its own again where the eye sees nothing."""
    text = page_text(page)
    own: PageRead = {"text": text, "confidence": None, "method": "text"}
    if not needs_ocr(text):
        return own
    seen = picture_page(drawn_page(page))
    return seen if seen["text"] else own


def picture_pages(path: Path, content_type: str) -> Iterable[PageRead]:
    return map(picture_page, drawn_pictures(path, content_type))


def picture_page(picture: Image.Image) -> PageRead:
    darkest, lightest = picture.convert("L").getextrema()
    if darkest == lightest:
        return {"text": "", "confidence": 0.0, "method": "ocr"}
    # Imported late: a PDF with its own text never pays the seconds and the memory.
    from patients.documents.ocr import read_page

    seen = read_page(picture)
    return {"text": seen.text, "confidence": seen.confidence, "method": "ocr"}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None)
