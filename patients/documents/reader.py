"""The process that reads one document: `python -m patients.documents.reader PATH CONTENT_TYPE READ MAY [PARENT_PID]`.

READ pages were read before and are left out. MAY is `look` or `text`: whether it may look at pictures, which takes a
gigabyte, so that one at a time may on a machine. Prints lines of JSON and nothing else, each as soon as it is known:

    {"pages": int}
    {"page": {"text": str, "confidence": float | null, "method": "text" | "ocr", "fault": str}}   for each page
    {"ok": true}
    {"looks": true}                                      instead of the rest, when it has to look and may not
    {"ok": false, "fault": <name of a class in faults>, "cause": str}                  instead of the rest

A page's `fault` names what kept it from being read, and is empty where nothing did.

A process of its own, because the libraries that read strangers' files need a gigabyte, and may crash, hang or
be taken over: whatever happens here ends here.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from patients.documents.confinement import confine
from patients.documents.drawing import drawn_page, drawn_picture, opened_picture, page_count
from patients.documents.faults import Broken, ReaderCrashed, Unreadable
from patients.documents.kinds import HEAD_BYTES, PDF, sniff
from patients.documents.text import needs_ocr, opened_pdf, page_text, refusals

Said = dict[str, Any]
PageRead = dict[str, Any]
Look = Callable[[Callable[[], Image.Image]], PageRead]
"""Reads the picture that is drawn by its argument."""


class MustLook(Exception):
    """The next page has to be looked at, by a reader that may."""


def main(path: Path, content_type: str, read: int, look: Look, parent: int | None) -> None:
    answer = os.fdopen(os.dup(1), "w", encoding="ascii", buffering=1)
    os.dup2(2, 1)  # a library that prints, in Python or in C, would write into the middle of the answer
    confine(parent)
    with answer:
        for said in answered(path, content_type, read, look):
            print(json.dumps(said), file=answer)


def answered(path: Path, content_type: str, read: int, look: Look) -> Iterator[Said]:
    """What is to be said of the document, from the page behind those that were read before."""
    try:
        yield from told(path, content_type, read, look)
        yield {"ok": True}
    except MustLook:
        yield {"looks": True}
    except Unreadable as fault:
        yield refused(fault)
    except Exception as error:
        yield refused(ReaderCrashed(type(error).__name__))  # not its message, which may quote the document


def told(path: Path, content_type: str, read: int, look: Look) -> Iterator[Said]:
    with path.open("rb") as file:
        if sniff(file.read(HEAD_BYTES)) != content_type:
            raise Broken("not the declared type")
    if content_type == PDF:
        with opened_pdf(path) as document:
            yield {"pages": len(document)}
            yield from (page(partial(pdf_page, document, number, look)) for number in range(read, len(document)))
    else:
        with opened_picture(path, content_type) as picture:
            yield {"pages": page_count(picture)}
            numbers = range(read, page_count(picture))
            yield from (page(partial(look, partial(drawn_picture, picture, number))) for number in numbers)


def refused(fault: Unreadable) -> Said:
    return {"ok": False, "fault": type(fault).__name__, "cause": str(fault)}


def page(read: Callable[[], PageRead]) -> Said:
    """What is to be said of a page: one that can't be read is a page without text, and no end of the document."""
    try:
        return {"page": read()}
    except Unreadable as fault:
        return {"page": seen("", 0.0, type(fault).__name__)}


def pdf_page(document: pypdfium2.PdfDocument, number: int, look: Look) -> PageRead:
    """The page's own text; by eye where that is too little, and its own again where the eye sees nothing."""
    with refusals():
        sheet = document[number]
        text = page_text(sheet)
        own: PageRead = {"text": text, "confidence": None, "method": "text", "fault": ""}
        if not needs_ocr(text):
            return own
        found = look(partial(drawn_page, sheet))
    return found if found["text"] or not text else own


def by_eye(drawn: Callable[[], Image.Image]) -> PageRead:
    picture = drawn()
    darkest, lightest = picture.convert("L").getextrema()
    if darkest == lightest:
        return seen("", 0.0)
    # Imported late: a PDF with its own text never pays the seconds and the memory.
    from patients.documents.ocr import read_page

    found = read_page(picture)
    return seen(found.text, found.confidence)


def by_another(drawn: Callable[[], Image.Image]) -> PageRead:
    raise MustLook


def seen(text: str, confidence: float, fault: str = "") -> PageRead:
    return {"text": text, "confidence": confidence, "method": "ocr", "fault": fault}


LOOKS: dict[str, Look] = {"look": by_eye, "text": by_another}

if __name__ == "__main__":
    _, name, kind, before, may, *server = sys.argv
    main(Path(name), kind, int(before), LOOKS[may], int(server[0]) if server else None)
