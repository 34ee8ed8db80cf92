"""What follows when the queue has given up on a job: whoever waits for it is told, and it can be asked for again."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from events import jobs
from events.emit import emit_event
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


class NotNow(Exception):
    """Whether the job is lost can't be told yet; ask again."""


@transaction.atomic
def give_up(*, message_id: str, job_id: uuid.UUID | None, now: datetime) -> Outcome:
    """The queue tried this message for the last time: fail its job, and what the job is about.

    `SKIPPED`: it is no message of ours, or the job has been published again since. Raises `NotNow` while
    somebody is at work on it, or publishes it.
    """
    job = jobs.behind(message_id=message_id, job_id=job_id)
    if job is None:
        return Outcome.SKIPPED
    # The patient first, as everywhere; then the job as it is by now.
    patient = Patient.objects.select_for_update(no_key=True).filter(pk=job.patient_id, tenant_id=job.tenant_id).first()
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.status in (JobStatus.DONE, JobStatus.FAILED):
        return Outcome.DUPLICATE
    if job.status == JobStatus.WAITING:
        raise NotNow
    if job.message_id != message_id:
        return Outcome.SKIPPED
    if patient is None:
        jobs.finish(job.pk, JobStatus.FAILED)
        return Outcome.DONE
    return _notification(job, now) if job.kind == JobKind.NOTIFICATION else _document(job, patient, now)


def _notification(job: Job, now: datetime) -> Outcome:
    delivery = delivery_of(job)
    if notifications.is_being_sent(delivery.notification_id, now=now):
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
        document.status = step.waiting
        document.save()
        jobs.finish(job.pk, JobStatus.DONE)
        return Outcome.SKIPPED
    document.status, document.reason, document.retryable = DocumentStatus.FAILED, REASON, True
    document.save()
    jobs.finish(job.pk, JobStatus.FAILED)
    failed = DocumentFailed(document_id=document.pk, filename=document.filename, reason=REASON, retryable=True)
    emit_event(EventType.DOCUMENT_FAILED, document.tenant_id, document.patient_id, failed)
    return Outcome.DONE
