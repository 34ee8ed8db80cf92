"""What follows when a job was given up, by the queue or by our relay: whoever waits for it is told, and it can be
asked for again."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from curaway import context
from events import jobs
from events.emit import emit_event
from events.giving_up import NotNow
from events.models import Job, JobStatus
from events.registry import DocumentFailed, EventType, JobKind
from patients.documents.claims import may_be_processed
from patients.documents.deliveries import Outcome
from patients.documents.steps import ANALYSIS, READING
from patients.models import Document, DocumentStatus, Patient
from patients.notifications import claims as notifications
from patients.notifications.deliveries import delivery_of

REASON = "Something went wrong on our side with this document. You need not upload it again: we will try again."

STEPS = {str(step.job): step for step in (READING, ANALYSIS)}


@transaction.atomic
def give_up(*, message_id: str, job_id: uuid.UUID | None, now: datetime) -> Outcome:
    """The queue tried this message for the last time: fail its job, and what the job is about.

    `SKIPPED`: it is no message of ours, or the job has been published again since. Raises `NotNow` while
    somebody is at work on it, or publishes it.
    """
    job = jobs.behind(message_id=message_id, job_id=job_id)
    if job is None:
        return Outcome.SKIPPED
    patient, job = _locked(job)
    if job.status in (JobStatus.DONE, JobStatus.FAILED):
        return Outcome.DUPLICATE
    if job.status == JobStatus.WAITING:
        raise NotNow
    if job.message_id != message_id:
        return Outcome.SKIPPED
    return _end(job, patient, now)


def end_lost(claimed: Job, now: datetime) -> None:
    """The relay will not publish this job of its any more: the same follows, in the caller's transaction.

    Raises `NotNow` while somebody is at work on it, and when it is not this relay's any more.
    """
    patient, job = _locked(claimed)
    if not jobs.still_claimed(claimed):
        raise NotNow
    _end(job, patient, now)


def _locked(job: Job) -> tuple[Patient | None, Job]:
    """The patient first, as everywhere; then the job as it is by now."""
    patient = Patient.objects.select_for_update(no_key=True).filter(pk=job.patient_id, tenant_id=job.tenant_id).first()
    return patient, Job.objects.select_for_update().get(tenant_id=job.tenant_id, pk=job.pk)


def _end(job: Job, patient: Patient | None, now: datetime) -> Outcome:
    if patient is None:
        jobs.finish(job.pk, JobStatus.FAILED)
        return Outcome.DONE
    # What is recorded of it is found beside the fact that caused the job.
    serving = replace(context.current(), correlation_id=job.correlation_id, tenant_id=job.tenant_id)
    with context.serving(serving):
        return _notification(job, now) if job.kind == JobKind.NOTIFICATION else _document(job, patient, now)


def _notification(job: Job, now: datetime) -> Outcome:
    delivery = delivery_of(job)
    if notifications.is_being_sent(delivery, now=now):
        raise NotNow
    ended = notifications.fail(delivery, reason=notifications.GIVEN_UP, cause="GivenUp", retryable=True)
    return ended or Outcome.DONE


def _document(job: Job, patient: Patient, now: datetime) -> Outcome:
    owned = Document.objects.select_for_update(no_key=True).filter(tenant_id=job.tenant_id, patient_id=patient.pk)
    document = owned.filter(pk=job.body.get("document_id")).first()
    step = STEPS[job.kind]
    if document is None or document.status not in (step.waiting, step.working):
        done = document is not None and document.status != DocumentStatus.FAILED
        jobs.finish(job.pk, JobStatus.DONE if done else JobStatus.FAILED)
        return Outcome.DUPLICATE
    if document.claimed_until is not None and document.claimed_until > now:
        raise NotNow
    document.claim, document.claimed_until = None, None
    if not may_be_processed(patient):
        document.save()
        jobs.finish(job.pk, JobStatus.DONE)
        return Outcome.SKIPPED
    document.status, document.reason, document.retryable = DocumentStatus.FAILED, REASON, True
    document.save()
    jobs.finish(job.pk, JobStatus.FAILED)
    failed = DocumentFailed(document_id=document.pk, filename=document.filename, reason=REASON, retryable=True)
    emit_event(EventType.DOCUMENT_FAILED, document.tenant_id, document.patient_id, failed)
    return Outcome.DONE
