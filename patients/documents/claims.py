"""Who works on a document: one delivery of its job at a time, and one effect for all of them together.

Every function here is one short transaction: it locks the patient, so that consent is not withdrawn in its
middle, then the document, and emits last.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from events import jobs
from events.emit import emit_event
from events.grammar import EventPayload
from events.models import JobStatus
from events.registry import DocumentFailed
from patients import queries
from patients.documents.deliveries import Delivery, Outcome, PatientErased
from patients.documents.faults import Fault
from patients.models import Document, DocumentStatus, Patient, Purpose

CLAIM = timedelta(seconds=30)
"""How long a delivery has the document to itself unless it renews: so long a killed server holds it up."""

Keep = Callable[[Document], None]
"""Stores what the work came to in the locked document, and emits what it means; in the caller's transaction."""


class Held(NamedTuple):
    """Another delivery is working on the document; ask again."""


class TooEarly(NamedTuple):
    """An earlier step of the document is not done; deliver again."""


class ClaimLost(Exception):
    """The claim ran out before the work ended: nothing was stored, another delivery may have taken over."""


class Paused(Exception):
    """The work has stopped where another delivery can take it up."""


@transaction.atomic
def begin(delivery: Delivery, *, now: datetime) -> Document | Held | TooEarly | Outcome:
    """Take the document for this delivery, unless its step is done, being done, to come, or not to be done.

    A claim that ran out or was given back is taken over; that the step began is recorded once. One that failed
    for now begins anew when its job was published again.
    """
    document, step = locked(delivery.tenant_id, delivery.patient_id, delivery.document_id), delivery.step
    again = _is_asked_for_again(delivery, document)
    if document.status in step.ends and not again:
        return _settled(delivery, document)
    if document.status not in (step.waiting, step.working) and not again:
        return TooEarly()
    if not may_be_processed(document.patient):
        return _set_aside(delivery, document)
    if document.claimed_until is not None and document.claimed_until > now:
        return Held()
    begins = document.status != step.working
    document.status, document.claim = step.working, delivery.claim
    document.reason, document.retryable = "", None
    document.claimed_until = now + CLAIM
    document.began_at = now if begins else document.began_at
    document.save()
    if begins:
        emit(document, step.begins(document_id=document.pk, filename=document.filename))
    return document


@transaction.atomic
def finish(delivery: Delivery, keep: Keep) -> Outcome:
    """End the job and keep its work's result; raises `ClaimLost`.

    Nothing is kept when consent was withdrawn in the meantime.
    """
    document = _ours(delivery)
    if isinstance(document, Outcome):
        return document
    document.claim, document.claimed_until = None, None
    _finish_job(delivery, JobStatus.DONE)
    keep(document)
    return Outcome.DONE


@transaction.atomic
def fail(delivery: Delivery, fault: Fault) -> Outcome | None:
    """Record that the document has failed, and why; raises `ClaimLost`. An outcome: it was needless."""
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
    emit(document, failed)
    return None


@transaction.atomic
def put_back(delivery: Delivery) -> Outcome | None:
    """Free the document, and have its job published again for what is left of it; raises `ClaimLost`.

    None when the job is not on its way: then nobody but the sender of this delivery can bring it again.
    """
    document = _ours(delivery)
    if isinstance(document, Outcome):
        return document
    document.claim, document.claimed_until = None, None
    document.save()
    is_brought = delivery.job_id is not None and jobs.put_back(delivery.job_id)
    return Outcome.DONE if is_brought else None


def renew(delivery: Delivery, *, now: datetime) -> None:
    """Keep the claim for another while, if it is still this delivery's."""
    _claimed(delivery).update(claimed_until=now + CLAIM)


def release(delivery: Delivery) -> None:
    """Give the claim back, if it is still this delivery's, so that the next one can begin at once."""
    _claimed(delivery).update(claim=None, claimed_until=None)


def may_be_processed(patient: Patient) -> bool:
    """Whether the patient's clinical data may be worked on: consent is in force, no quarantine."""
    return not patient.quarantined and Purpose.CLINICAL_DATA_PROCESSING in queries.granted(patient)


def emit(document: Document, fact: EventPayload) -> None:
    """Record a fact of the document's patient."""
    emit_event(fact.records, document.tenant_id, document.patient_id, fact)


def _claimed(delivery: Delivery) -> QuerySet[Document]:
    return Document.objects.filter(tenant_id=delivery.tenant_id, pk=delivery.document_id, claim=delivery.claim)


def locked(tenant_id: str, patient_id: str, document_id: str) -> Document:
    """The document, locked until the transaction ends; its patient first, so that consent stays as it is. Raises
    `PatientErased`."""
    patient = Patient.objects.select_for_update(no_key=True).filter(tenant_id=tenant_id, pk=patient_id).first()
    if patient is None:
        raise PatientErased
    owned = Document.objects.select_for_update(no_key=True).filter(tenant_id=tenant_id, patient_id=patient_id)
    document = owned.get(pk=document_id)
    document.patient = patient
    return document


def _ours(delivery: Delivery) -> Document | Outcome:
    """The document, still claimed by this delivery; or the outcome that makes its work needless."""
    document = locked(delivery.tenant_id, delivery.patient_id, delivery.document_id)
    if document.status in delivery.step.ends:
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


def _is_asked_for_again(delivery: Delivery, document: Document) -> bool:
    """Its job is on its way although it has failed: it was published again, so this is no late delivery."""
    failed_for_now = document.status == DocumentStatus.FAILED and bool(document.retryable)
    return failed_for_now and delivery.job_id is not None and jobs.is_open(delivery.job_id)


def _set_aside(delivery: Delivery, document: Document) -> Outcome:
    """It waits for consent where it is, since nothing is told of that; a delivery that still works on it finds its
    claim gone. One that has failed stays so, and can be asked for again."""
    document.claim, document.claimed_until = None, None
    document.save()
    failed = document.status == DocumentStatus.FAILED
    _finish_job(delivery, JobStatus.FAILED if failed else JobStatus.DONE)
    return Outcome.SKIPPED


def _finish_job(delivery: Delivery, status: JobStatus) -> None:
    if delivery.job_id is not None:
        jobs.finish(delivery.job_id, status)
