"""Reading an uploaded document, the work of `document-parse`."""

from __future__ import annotations

import time
import uuid
from dataclasses import asdict
from functools import partial
from pathlib import Path

from django.utils import timezone

from curaway.threads import in_worker
from events.registry import DocumentParsed
from patients.documents import claims
from patients.documents.claims import Keep, Paused
from patients.documents.clinical_text import is_clinical
from patients.documents.deliveries import Outcome
from patients.documents.faults import Unreadable
from patients.documents.leafing import PAGE_SECONDS
from patients.documents.local_copy import local_copy
from patients.documents.pages import Page, Reading
from patients.documents.progress import LONG, keep_pages, kept
from patients.documents.reading import read_document
from patients.documents.slot import SlotTaken
from patients.documents.steps import READING
from patients.documents.storage import StorageUnavailable
from patients.documents.working import ANSWER_SECONDS, NotNow, work_on_document
from patients.models import Document, DocumentStatus

BEGIN_SECONDS = ANSWER_SECONDS - PAGE_SECONDS - 5.0
"""How long a delivery begins pages, so that the last of them is kept before the queue's patience ends. A document
that takes longer is read by several deliveries, and others get their turn in between."""

WAIT_SECONDS = ANSWER_SECONDS - 30.0
"""How long a delivery waits for its turn: what is left then is enough for a page on most machines."""


class BytesMissing(Unreadable):
    """Nothing is kept under the document's key."""

    reason = "This document's file is no longer there. Please upload it again."


async def parse_document(
    *, document_id: str, job_id: uuid.UUID | None = None, correlation_id: str | None = None
) -> Outcome:
    """Read the document; raises what `work_on_document` raises, `Unreadable` for a failure."""
    return await work_on_document(READING, _read, document_id=document_id, job_id=job_id, correlation_id=correlation_id)


async def _read(document: Document) -> Keep:
    reader = _Reader(document)
    try:
        async with local_copy(document.storage_key) as path:
            return partial(_keep, await reader.read(path))
    except FileNotFoundError:
        raise BytesMissing from None
    except StorageUnavailable:
        raise NotNow from None
    except SlotTaken:
        raise Paused from None


class _Reader:
    """One delivery's reading of a document: behind what earlier ones have kept, and no longer than it may take."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._unkept: list[Page] = []
        self._until = time.monotonic() + BEGIN_SECONDS

    async def read(self, path: Path) -> Reading:
        return await read_document(
            path,
            self._document.content_type,
            read=kept(self._document),
            heard=self._heard,
            wait_seconds=WAIT_SECONDS,
        )

    async def _heard(self, page: Page, number: int, of: int) -> None:
        self._unkept.append(page)
        if of < LONG or page.method == "text":
            return  # a page that says its text itself takes no time: it is told with the next one that does
        pages, self._unkept = self._unkept, []
        await in_worker(keep_pages, self._document, pages, of=of, now=timezone.now())
        if number < of and time.monotonic() > self._until:
            raise Paused


def _keep(reading: Reading, document: Document) -> None:
    """The text, and that it was read."""
    document.status = DocumentStatus.PARSED
    document.pages = [asdict(page) for page in reading.pages]
    document.page_count = document.pages_read = len(reading.pages)
    document.method, document.characters = reading.method, reading.characters
    document.confidence, document.page_confidence = reading.confidence, reading.page_confidence
    document.needs_review, document.clinical = reading.needs_review, is_clinical(reading.text)
    document.save()
    parsed = DocumentParsed(
        document_id=document.pk,
        filename=document.filename,
        pages=len(reading.pages),
        characters=reading.characters,
        method=reading.method,  # type: ignore[arg-type]  # validated by the payload
        confidence=reading.confidence,
        page_confidence=reading.page_confidence,
        needs_review=reading.needs_review,
        clinical=document.clinical,
    )
    claims.emit(document, parsed)
