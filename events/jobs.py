"""The outbox's jobs on their way: waiting, published, and at last done or failed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from curaway import log
from events.emit import emit_event
from events.giving_up import give_up
from events.models import Job, JobStatus
from events.outbox import nudge
from events.registry import EventType, JobKind, JobRepublished

logger = log.get(__name__)

LEASE = timedelta(seconds=30)
"""How long a claimed job is its relay's; beyond any publication, so that none is under way when it ends."""

CALLBACK_AWAITED = timedelta(minutes=20)
"""After which a published job whose callback has not finished it is published again: later than the queue's last
try of it (see `events.relay.RETRY_DELAY`), which the queue tells us of when that fails too."""

GIVEN_UP_AFTER = timedelta(days=1)
FORGOTTEN = "no callback has finished it within a day"
LONGEST_WAIT = timedelta(seconds=60)
LONGEST_PUT_OFF = timedelta(hours=1)
REFUSALS = 5
"""Refusals after which a job has failed."""

ON_THE_WAY = (JobStatus.WAITING, JobStatus.PUBLISHED)


DUE_SQL = "SELECT FROM events_job WHERE status IN ('waiting', 'published') AND due_at <= now()"
"""Whether `claim_due` would find a job."""


def claim_due(*, limit: int, now: datetime) -> list[Job]:
    """Take up to `limit` due jobs, the longest due first; nobody else gets them until the lease ends.

    Committed when it returns: the publication follows outside of any transaction, and a relay that dies on
    the way leaves the job due again at the lease's end. A published job that no callback has finished within
    a day of its making is given up instead: it would be published for ever.
    """
    with transaction.atomic():
        due = Job.objects.filter(status__in=ON_THE_WAY, due_at__lte=now).order_by("due_at")
        claimed = list(due.select_for_update(skip_locked=True)[:limit])
        forgotten = [job for job in claimed if _is_forgotten(job, now)]
        due_jobs = [job for job in claimed if job not in forgotten]
        _rows(forgotten).update(due_at=now + LEASE)
        _rows(due_jobs).update(due_at=now + LEASE, attempts=F("attempts") + 1)
    for job in forgotten:
        # In a transaction of its own: whoever locks a patient and then their job must not meet us the other way round.
        _give_up_forgotten(job, now)
    for job in due_jobs:
        job.attempts += 1
    return due_jobs


def mark_published(job: Job, *, message_id: str, now: datetime) -> None:
    """The queue has taken the job; it is due again when its callback does not come."""
    _claimed(job).update(
        status=JobStatus.PUBLISHED,
        published_at=now,
        due_at=now + CALLBACK_AWAITED,
        message_id=message_id,
        refusals=0,
        last_error="",
    )


def mark_later(job: Job, *, fault: str, now: datetime) -> None:
    """The queue could not be reached: again after 1, 2, 4 … 60 seconds. `fault`: its class, not its text."""
    wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(job.attempts - 1, 10)))
    _claimed(job).update(status=JobStatus.WAITING, due_at=now + wait, last_error=fault)


def mark_refused(job: Job, *, fault: str, now: datetime) -> None:
    """The queue said no: the longest wait, since only a person can mend that; at the fifth it is given up."""
    refusals = job.refusals + 1
    if refusals < REFUSALS or not _given_up(job, fault=fault, now=now):
        later = now + LONGEST_WAIT
        _claimed(job).update(status=JobStatus.WAITING, refusals=refusals, due_at=later, last_error=fault)


def find(
    *, job_id: uuid.UUID | None, kind: JobKind, tenant_id: str, patient_id: str, body: Mapping[str, Any]
) -> uuid.UUID | None:
    """The job a callback belongs to: the one it names, else the open one about the same; None without.

    A job it names counts only when it is about the same, whatever else the callback says.
    """
    of_patient = Job.objects.filter(tenant_id=tenant_id, patient_id=patient_id)
    same = of_patient.filter(kind=kind, body__contains=dict(body))
    wanted = same.filter(status__in=ON_THE_WAY) if job_id is None else same.filter(pk=job_id)
    return wanted.values_list("pk", flat=True).order_by("created_at").first()


def delivered(job_id: uuid.UUID) -> None:
    """A callback came back for the job."""
    Job.objects.filter(pk=job_id).update(deliveries=F("deliveries") + 1)


def finish(job_id: uuid.UUID, status: JobStatus) -> None:
    """The job has come to its end, `done` or `failed`; saying it again changes nothing."""
    Job.objects.filter(pk=job_id).exclude(status=status).update(status=status, finished_at=timezone.now())


def still_claimed(job: Job) -> bool:
    """Whether the job is still this claim's, locked from here to the end of the caller's transaction."""
    return _claimed(job).select_for_update().exists()


def is_open(job_id: uuid.UUID) -> bool:
    """Whether the job is on its way: made or published again, and not at its end."""
    return Job.objects.filter(pk=job_id, status__in=ON_THE_WAY).exists()


def behind(*, message_id: str, job_id: uuid.UUID | None) -> Job | None:
    """The job that a message of the queue carries: the one its body names, else the one published as it."""
    named = Job.objects.filter(pk=job_id).first() if job_id is not None else None
    if named is None and "\x00" in message_id:
        return None  # which no column holds
    return named or Job.objects.filter(status__in=ON_THE_WAY, message_id=message_id).exclude(message_id="").first()


def put_back(job_id: uuid.UUID) -> bool:
    """Send the job to the queue anew, in the caller's transaction: its callback did a part of it and wants another.

    A part done is no failed try: its attempts are counted from here. False when the job is not on its way.
    """
    open_jobs = Job.objects.filter(pk=job_id, status__in=ON_THE_WAY)
    transaction.on_commit(nudge)
    return bool(open_jobs.update(attempts=0, **_reopened()))


def reopen(*, kind: JobKind, tenant_id: str, patient_id: str, body: Mapping[str, Any]) -> None:
    """Send the ended job about this to the queue again, in the caller's transaction, since it can be done now."""
    ended = Job.objects.filter(kind=kind, tenant_id=tenant_id, patient_id=patient_id, body__contains=dict(body))
    ended.exclude(status__in=ON_THE_WAY).update(**_reopened())
    transaction.on_commit(nudge)


def republish(job: Job) -> Job:
    """Send the job to the queue again, whatever has become of it; records who asked, returns the new row."""
    with transaction.atomic():
        Job.objects.filter(tenant_id=job.tenant_id, pk=job.pk).update(**_reopened())
        again = Job.objects.get(tenant_id=job.tenant_id, pk=job.pk)
        transaction.on_commit(nudge)
        emit_event(
            EventType.JOB_REPUBLISHED,
            again.tenant_id,
            again.patient_id,
            JobRepublished(job_id=str(again.pk), kind=again.kind),
        )
    return again


def _reopened() -> dict[str, Any]:
    now = timezone.now()
    return {
        "status": JobStatus.WAITING,
        "reopened_at": now,
        "due_at": now,
        "refusals": 0,
        "finished_at": None,
        "last_error": "",
    }


def _give_up_forgotten(job: Job, now: datetime) -> None:
    if not _given_up(job, fault=FORGOTTEN, now=now):
        # Once more after as long again as it has been forgotten.
        again_in = min(LONGEST_PUT_OFF, max(LEASE, now - job.created_at - GIVEN_UP_AFTER))
        _claimed(job).update(due_at=now + again_in)


def _given_up(job: Job, *, fault: str, now: datetime) -> bool:
    """False also when giving it up fails, whatever the cause: one job must not hold up the others."""
    try:
        return give_up(job, fault=fault, now=now)
    except Exception as broken:
        # Only its class: a database error quotes the row.
        logger.error("job_not_given_up", job_id=str(job.pk), cause=type(broken).__name__)
        return False


def _is_forgotten(job: Job, now: datetime) -> bool:
    return job.status == JobStatus.PUBLISHED and job.created_at < now - GIVEN_UP_AFTER


def _rows(jobs: list[Job]) -> QuerySet[Job]:
    return Job.objects.filter(pk__in=[job.pk for job in jobs])


def _claimed(job: Job) -> QuerySet[Job]:
    """The job's row, while it is still this claim's: a callback may come back before the queue's answer does,
    and another relay may have taken the job when the lease ended; neither's word is overwritten."""
    claimed = Job.objects.filter(tenant_id=job.tenant_id, pk=job.pk, attempts=job.attempts)
    return claimed.filter(status__in=ON_THE_WAY)
