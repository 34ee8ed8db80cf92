"""Who reads a document: one delivery of its job at a time, and one effect for all of them together.

Every function here is one short transaction: it locks the patient, so that consent is not withdrawn in its
middle, then the document, and emits last.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from events import jobs
from events.emit import emit_event
from events.grammar import EventPayload
from events.models import JobStatus
from events.registry import DocumentFailed, DocumentParsed, DocumentParsing
from patients import queries
from patients.documents.deliveries import Delivery, Outcome
from patients.documents.faults import Unreadable
from patients.documents.reading import Reading
from patients.models import Document, DocumentStatus, Patient, Purpose

CLAIM = timedelta(seconds=30)
"""How long a delivery has the document to itself unless it renews: so long a killed server holds it up."""

ENDS = (DocumentStatus.PARSED, DocumentStatus.ANALYZING, DocumentStatus.ANALYZED, DocumentStatus.FAILED)
"""Where reading has come to an end; whatever comes later is a duplicate."""


class Held(NamedTuple):
    """Another delivery is reading the document; ask again."""


class Begun(NamedTuple):
    """The document is this delivery's to read."""

    storage_key: str
    content_type: str
    uploaded_at: datetime | None


class ClaimLost(Exception):
    """The claim ran out before the work ended: nothing was stored, another delivery may have taken over."""


@transaction.atomic
def begin(delivery: Delivery, *, now: datetime) -> Begun | Held | Outcome:
    """Take the document for this delivery, unless it is read, being read, or not to be processed.

    A claim that ran out or was given back is taken over; that reading began is recorded once.
    """
    document = _locked(delivery)
    if document.status in ENDS:
        return _settled(delivery, document)
    if not may_be_processed(document.patient):
        return _set_aside(delivery, document)
    if document.claimed_until is not None and document.claimed_until > now:
        return Held()
    begins = document.status == DocumentStatus.UPLOADED
    document.status, document.claim = DocumentStatus.PARSING, delivery.claim
    document.claimed_until = now + CLAIM
    document.save()
    if begins:
        _emit(document, DocumentParsing(document_id=document.pk, filename=document.filename))
    return Begun(document.storage_key, document.content_type, document.uploaded_at)


@transaction.atomic
def finish(delivery: Delivery, reading: Reading) -> Outcome:
    """Store the text and record that it was read; raises `ClaimLost`.

    Nothing is stored when consent was withdrawn in the meantime.
    """
    document = _ours(delivery)
    if isinstance(document, Outcome):
        return document
    document.status, document.claim, document.claimed_until = DocumentStatus.PARSED, None, None
    document.pages = [asdict(page) for page in reading.pages]
    document.method, document.characters = reading.method, reading.characters
    document.confidence = reading.confidence
    document.save()
    _finish_job(delivery, JobStatus.DONE)
    parsed = DocumentParsed(
        document_id=document.pk,
        filename=document.filename,
        pages=len(reading.pages),
        characters=reading.characters,
        method=reading.method,  # type: ignore[arg-type]  # validated by the payload
        confidence=reading.confidence,
    )
    _emit(document, parsed)
    return Outcome.DONE


@transaction.atomic
def fail(delivery: Delivery, fault: Unreadable) -> Outcome | None:
    """Record that the document can't be read, and why; raises `ClaimLost`. An outcome: it was needless."""
    document = _ours(delivery)
    if isinstance(document, Outcome):
        return document
    document.status, document.claim, document.claimed_until = DocumentStatus.FAILED, None, None
    document.reason, document.retryable = fault.reason, fault.retryable
    document.save()
    _finish_job(delivery, JobStatus.FAILED)
    failed = DocumentFailed(
        document_id=document.pk,
        filename=document.filename,
        reason=fault.reason,
        retryable=fault.retryable,
    )
    _emit(document, failed)
    return None


def renew(delivery: Delivery, *, now: datetime) -> None:
    """Keep the claim for another while, if it is still this delivery's."""
    _claimed(delivery).update(claimed_until=now + CLAIM)


def release(delivery: Delivery) -> None:
    """Give the claim back, if it is still this delivery's, so that the next one can begin at once."""
    _claimed(delivery).update(claim=None, claimed_until=None)


def may_be_processed(patient: Patient) -> bool:
    """Whether the patient's clinical data may be worked on: consent is in force, no quarantine."""
    return not patient.quarantined and Purpose.CLINICAL_DATA_PROCESSING in queries.granted(patient)


def _claimed(delivery: Delivery) -> QuerySet[Document]:
    return Document.objects.filter(pk=delivery.document_id, claim=delivery.claim)


def _locked(delivery: Delivery) -> Document:
    patient = Patient.objects.select_for_update(no_key=True).get(pk=delivery.patient_id)
    document = Document.objects.select_for_update(no_key=True).get(pk=delivery.document_id)
    document.patient = patient
    return document


def _ours(delivery: Delivery) -> Document | Outcome:
    """The document, still claimed by this delivery; or the outcome that makes its work needless."""
    document = _locked(delivery)
    if document.status in ENDS:
        return _settled(delivery, document)
    if not may_be_processed(document.patient):
        return _set_aside(delivery, document)
    if document.claim != delivery.claim:
        raise ClaimLost
    return document


def _settled(delivery: Delivery, document: Document) -> Outcome:
    failed = document.status == DocumentStatus.FAILED
    _finish_job(delivery, JobStatus.FAILED if failed else JobStatus.DONE)
    return Outcome.DUPLICATE


def _set_aside(delivery: Delivery, document: Document) -> Outcome:
    """Back to where it waits for consent; a delivery that still reads it finds its claim gone."""
    document.status, document.claim, document.claimed_until = DocumentStatus.UPLOADED, None, None
    document.save()
    _finish_job(delivery, JobStatus.DONE)
    return Outcome.SKIPPED


def _finish_job(delivery: Delivery, status: JobStatus) -> None:
    if delivery.job_id is not None:
        jobs.finish(delivery.job_id, status)


def _emit(document: Document, fact: EventPayload) -> None:
    emit_event(fact.records, document.tenant_id, document.patient_id, fact)
