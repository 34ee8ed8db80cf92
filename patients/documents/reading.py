"""Having a document read by the reader's process: one at a time, bounded, and never left behind."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patients.confined import Crashed, answer_of
from patients.documents.faults import FAULTS, ReaderCrashed, TookTooLong
from patients.documents.slot import reading_slot

READER = (sys.executable, "-m", "patients.documents.reader")


REVIEW_BELOW = 0.8
"""A page of lower confidence wants a person's eye: figures in it may be wrong."""


@dataclass(frozen=True)
class Page:
    """One page's text; confidence 0..1 where it was read by eye, None where the file says it itself."""

    text: str
    confidence: float | None
    method: str


@dataclass(frozen=True)
class Reading:
    """A document's text, page by page; method is `text`, `ocr`, or `mixed`."""

    pages: tuple[Page, ...]
    method: str

    @property
    def text(self) -> str:
        """The pages, a form feed between two; no page contains one."""
        return "\f".join(page.text for page in self.pages)

    @property
    def characters(self) -> int:
        return sum(len(page.text) for page in self.pages)

    @property
    def confidence(self) -> float | None:
        """The mean over the letters that were read by eye, 0..1; None when none were."""
        seen = [(page.confidence, len(page.text)) for page in self.pages if page.confidence is not None]
        letters = sum(length for _, length in seen)
        return sum(sure * length for sure, length in seen) / letters if letters else None

    @property
    def needs_review(self) -> list[int]:
        """Numbers, from 1, of the pages that were read by eye and not surely."""
        return [
            number
            for number, page in enumerate(self.pages, 1)
            if page.confidence is not None and page.confidence < REVIEW_BELOW
        ]


async def read_document(path: Path, content_type: str, *, timeout_seconds: float = 120) -> Reading:
    """The text of the document at the absolute `path`, or the `faults.Unreadable` that says why not.

    The time limit begins when the reader starts, not while other documents are read before this one. When it
    has passed, or the caller is cancelled, the reader is dead before this returns.
    """
    command = (*READER, str(path), content_type)
    try:
        async with reading_slot():
            printed = await answer_of(command, timeout_seconds=timeout_seconds)
    except TimeoutError:
        raise TookTooLong(f"after {timeout_seconds:g} seconds") from None
    except Crashed as crashed:
        raise ReaderCrashed(str(crashed)) from None
    return understood(printed)


def understood(printed: bytes) -> Reading:
    """The reader's answer. It handled a stranger's bytes, so nothing in it is taken for granted."""
    try:
        answer = json.loads(printed)
        if answer["ok"] is not True:
            raise FAULTS[answer["fault"]](str(answer["cause"]))
        return Reading(tuple(page(told) for told in answer["pages"]), str(answer["method"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ReaderCrashed("an answer that makes no sense") from error


def page(told: dict[str, Any]) -> Page:
    confidence = told["confidence"]
    return Page(str(told["text"]), None if confidence is None else float(confidence), str(told["method"]))


ENOUGH_CLINICAL_CHARACTERS = 100
HEADING_WORDS = 6


def is_clinical(text: str) -> bool:
    """Whether a text is worth a clinical reading: over 100 characters, and not only headings."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return len(text.strip()) > ENOUGH_CLINICAL_CHARACTERS and not all(map(is_heading, lines))


def is_heading(line: str) -> bool:
    """A heading has at most six words, no digit, and a capital first in every word of over three letters.

    Writing without capitals (Arabic, Thai, Devanagari) has none, unless its line ends in a colon.
    """
    words = line.rstrip(":").split()
    if len(words) > HEADING_WORDS or any(map(str.isdigit, line)):
        return False
    return line.endswith(":") or all(word[0].isupper() for word in words if len(word) > 3)
