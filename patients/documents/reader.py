"""The process that reads one document: `python -m patients.documents.reader PATH CONTENT_TYPE READ [PARENT_PID]`.

READ pages were read before and are left out. Prints lines of JSON and nothing else, each as soon as it is known:

    {"pages": int}
    {"looks": true}                                                       before its first look at a picture, if any
    {"page": {"text": str, "confidence": float | null, "method": "text" | "ocr", "fault": str}}   for each page
    {"ok": true}
    {"ok": false, "fault": <name of a class in faults>, "cause": str}                             instead of the rest

A page's `fault` names what kept it from being read, and is empty where nothing did. Before it looks, it waits for a
line on its standard input: looking takes a gigabyte, and only one may on a machine.

A process of its own, because the libraries that read strangers' files need a gigabyte, and may crash, hang or
be taken over: whatever happens here ends here.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
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
LOOKS: Said = {"looks": True}
PageRead = dict[str, Any]


def main(path: Path, content_type: str, read: int, parent: int | None) -> None:
    answer = os.fdopen(os.dup(1), "w", encoding="ascii", buffering=1)
    os.dup2(2, 1)  # a library that prints, in Python or in C, would write into the middle of the answer
    confine(parent)
    with answer:
        for said in answered(path, content_type, read):
            print(json.dumps(said), file=answer)
            if said == LOOKS:
                sys.stdin.readline()


def answered(path: Path, content_type: str, read: int) -> Iterator[Said]:
    """What is to be said of the document, from the page behind those that were read before."""
    try:
        yield from told(path, content_type, read)
    except Unreadable as fault:
        yield refused(fault)
    except Exception as error:
        yield refused(ReaderCrashed(type(error).__name__))  # not its message, which may quote the document


def told(path: Path, content_type: str, read: int) -> Iterator[Said]:
    with path.open("rb") as file:
        if sniff(file.read(HEAD_BYTES)) != content_type:
            raise Broken("not the declared type")
    yield from of_pdf(path, read) if content_type == PDF else of_picture(path, content_type, read)
    yield {"ok": True}


def refused(fault: Unreadable) -> Said:
    return {"ok": False, "fault": type(fault).__name__, "cause": str(fault)}


def of_pdf(path: Path, read: int) -> Iterator[Said]:
    with opened_pdf(path) as document:
        yield {"pages": len(document)}
        yield from once(of_pages(document, range(read, len(document))))


def of_pages(document: pypdfium2.PdfDocument, numbers: Iterable[int]) -> Iterator[Said]:
    for number in numbers:
        own = page(partial(own_text, document, number))
        if own["page"]["fault"] or not needs_ocr(own["page"]["text"]):
            yield own
        else:
            yield LOOKS
            yield page(partial(looked_at, document, number, own["page"]))


def once(lines: Iterable[Said]) -> Iterator[Said]:
    """The lines, `LOOKS` only the first time: who may look may do so to the end."""
    has_looked = False
    for said in lines:
        if said != LOOKS or not has_looked:
            yield said
        has_looked = has_looked or said == LOOKS


def of_picture(path: Path, content_type: str, read: int) -> Iterator[Said]:
    with opened_picture(path, content_type) as picture:
        yield {"pages": page_count(picture)}
        yield LOOKS
        yield from (page(partial(picture_page, picture, number)) for number in range(read, page_count(picture)))


def page(read: Callable[[], PageRead]) -> Said:
    """What is to be said of a page: one that can't be read is a page without text, and no end of the document."""
    try:
        return {"page": read()}
    except Unreadable as fault:
        return {"page": seen("", 0.0, type(fault).__name__)}


def own_text(document: pypdfium2.PdfDocument, number: int) -> PageRead:
    """What the page says itself, without a look at it."""
    with refusals():
        return {"text": page_text(document[number]), "confidence": None, "method": "text", "fault": ""}


def looked_at(document: pypdfium2.PdfDocument, number: int, own: PageRead) -> PageRead:
    """The page as it is seen; as it says itself where the eye sees nothing."""
    with refusals():
        drawn = drawn_page(document[number])
    found = by_eye(drawn)
    return found if found["text"] or not own["text"] else own


def picture_page(picture: Image.Image, number: int) -> PageRead:
    return by_eye(drawn_picture(picture, number))


def by_eye(picture: Image.Image) -> PageRead:
    darkest, lightest = picture.convert("L").getextrema()
    if darkest == lightest:
        return seen("", 0.0)
    # Imported late: a PDF with its own text never pays the seconds and the memory.
    from patients.documents.ocr import read_page

    found = read_page(picture)
    return seen(found.text, found.confidence)


def seen(text: str, confidence: float, fault: str = "") -> PageRead:
    return {"text": text, "confidence": confidence, "method": "ocr", "fault": fault}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else None)
