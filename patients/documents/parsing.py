"""Reading an uploaded document, the work of `document-parse`."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from functools import partial

from events.registry import DocumentParsed
from patients.documents import claims
from patients.documents.claims import Keep
from patients.documents.deliveries import Outcome
from patients.documents.faults import Unreadable
from patients.documents.local_copy import local_copy
from patients.documents.reading import Reading, is_clinical, read_document
from patients.documents.steps import READING
from patients.documents.storage import StorageUnavailable
from patients.documents.working import NotNow, work_on_document
from patients.models import Document, DocumentStatus


class BytesMissing(Unreadable):
    """Nothing is kept under the document's key."""

    reason = "This document's file is no longer there. Please upload it again."


async def parse_document(
    *, document_id: str, job_id: uuid.UUID | None = None, correlation_id: str | None = None
) -> Outcome:
    """Read the document; raises what `work_on_document` raises, `Unreadable` for a failure."""
    return await work_on_document(READING, _read, document_id=document_id, job_id=job_id, correlation_id=correlation_id)


async def _read(document: Document) -> Keep:
    try:
        async with local_copy(document.storage_key) as path:
            return partial(_keep, await read_document(path, document.content_type))
    except FileNotFoundError:
        raise BytesMissing from None
    except StorageUnavailable:
        raise NotNow from None


def _keep(reading: Reading, document: Document) -> None:
    """The text, and that it was read."""
    document.status = DocumentStatus.PARSED
    document.pages = [asdict(page) for page in reading.pages]
    document.method, document.characters = reading.method, reading.characters
    document.confidence, document.clinical = reading.confidence, is_clinical(reading.text)
    document.needs_review = reading.needs_review
    document.save()
    parsed = DocumentParsed(
        document_id=document.pk,
        filename=document.filename,
        pages=len(reading.pages),
        characters=reading.characters,
        method=reading.method,  # type: ignore[arg-type]  # validated by the payload
        confidence=reading.confidence,
        needs_review=reading.needs_review,
        clinical=document.clinical,
    )
    claims.emit(document, parsed)
