"""Uploaded documents for tests, and a reader that does as it is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone

from events import emit_event
from events.models import Event, Job
from patients.documents.faults import ReaderCrashed
from patients.documents.kinds import CONTENT_TYPES, extension_of
from patients.documents.pages import Page, Reading
from patients.documents.reading import Heard, nobody
from patients.documents.storage import storage
from patients.models import Document, DocumentStatus, Patient

READ = ["document_uploaded", "document_parsing", "document_parsed"]
FAILED = ["document_uploaded", "document_parsing", "document_failed"]

SAMPLES = Path(__file__).resolve().parent.parent / "data"
READING = Reading((Page("Right knee, grade 4", None, "text"), Page("seen", 0.5, "ocr")), "mixed")


def upload(patient: Patient, sample: str = "knee-report.pdf", **fields: Any) -> Document:
    """A confirmed document, with its fact (correlation id `corr-upload`) and job."""
    content = (SAMPLES / sample).read_bytes()
    content_type = CONTENT_TYPES[extension_of(sample)]
    document = Document.objects.create(
        patient=patient,
        tenant_id=patient.tenant_id,
        filename=sample,
        content_type=content_type,
        size=len(content),
        **{"status": DocumentStatus.UPLOADED, "uploaded_at": timezone.now(), **fields},
    )
    place = storage().path(document.storage_key)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    fact = {
        "document_id": document.id,
        "filename": sample,
        "content_type": content_type,
        "size": len(content),
    }
    emit_event("document_uploaded", patient.tenant_id, patient.id, fact, "user_test", "corr-upload")
    return document


def job_of(document: Document, kind: str = "document-parse") -> Job:
    return Job.objects.get(patient_id=document.patient_id, kind=kind, body__document_id=document.id)


def story_of(document: Document) -> list[str]:
    """What is recorded of the document, in the order of the stream."""
    events = Event.objects.filter(patient_id=document.patient_id, payload__document_id=document.id)
    return list(events.order_by("position").values_list("event_type", flat=True))


class Reader:
    """Stands in for `read_document`: waits for `let_go`, then answers `reading` or raises `fault`.

    Turns the pages that were not read before; at page `stops_at` it waits for `go_on`.
    """

    def __init__(self, *, text: str = "") -> None:
        self.reading = Reading((Page(text, None, "text"),), "text") if text else READING
        self.readings = 0
        self.turned: list[int] = []
        self.stops_at = self.dies_behind = 0
        self.go_on = threading.Event()
        self.fault: Exception | None = None
        self.began = threading.Event()
        self.let_go = threading.Event()
        self.let_go.set()

    async def __call__(
        self, path: Path, content_type: str, *, read: Sequence[Page] = (), heard: Heard = nobody, wait_seconds: float
    ) -> Reading:
        self.readings += 1
        self.loop = asyncio.get_running_loop()
        self.began.set()
        await until(self.let_go)
        if self.fault is not None:
            raise self.fault
        for number, page in list(enumerate(self.reading.pages, 1))[len(read) :]:
            if number == self.stops_at:
                await until(self.go_on)
            self.turned.append(number)
            await heard(page, number, len(self.reading.pages))
            if number == self.dies_behind:
                raise ReaderCrashed
        return self.reading


async def until(let_go: threading.Event) -> None:
    while not let_go.is_set():
        await asyncio.sleep(0.01)
