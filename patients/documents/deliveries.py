"""A delivery of a document's job: which document it is about, and which job, by our own rows."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import NamedTuple

from django.db import transaction

from curaway.context import new_correlation_id
from events import jobs
from events.models import Event
from events.registry import EventType
from patients.documents.steps import Step
from patients.models import Document, DocumentStatus, ErasedFile


class Outcome(StrEnum):
    """What a delivery came to."""

    DONE = "done"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"


class PatientErased(Exception):
    """Its patient was erased: there is nothing left to do."""


class DocumentUnknown(Exception):
    """There is no such document, or its bytes were never confirmed."""


class Delivery(NamedTuple):
    """One delivery of a step's job; `claim` is the name under which it takes the document for itself."""

    step: Step
    document_id: str
    patient_id: str
    tenant_id: str
    correlation_id: str
    job_id: uuid.UUID | None
    claim: uuid.UUID


@transaction.atomic
def receive(step: Step, *, document_id: str, job_id: uuid.UUID | None, correlation_id: str | None) -> Delivery:
    """Note that a delivery came; raises `DocumentUnknown` and `PatientErased`.

    Whose document it is says its row, not the message. Without a correlation id the delivery gets that of the
    upload, so that its events are found beside it.
    """
    document = Document.objects.exclude(status=DocumentStatus.EXPECTED).filter(pk=document_id).first()
    if document is None:
        raise PatientErased if ErasedFile.objects.filter(pk=document_id).exists() else DocumentUnknown
    job = jobs.find(
        job_id=job_id,
        kind=step.job,
        tenant_id=document.tenant_id,
        patient_id=document.patient_id,
        body={"document_id": document_id},
    )
    if job is not None:
        jobs.delivered(job)
    return Delivery(
        step=step,
        document_id=document_id,
        patient_id=document.patient_id,
        tenant_id=document.tenant_id,
        correlation_id=correlation_id or _correlation_of_upload(document),
        job_id=job,
        claim=uuid.uuid4(),
    )


def _correlation_of_upload(document: Document) -> str:
    uploads = Event.objects.filter(
        tenant_id=document.tenant_id,
        patient_id=document.patient_id,
        event_type=EventType.DOCUMENT_UPLOADED,
        payload__document_id=document.pk,
    )
    newest = uploads.order_by("-created_at").values_list("correlation_id", flat=True).first()
    return newest or new_correlation_id()
