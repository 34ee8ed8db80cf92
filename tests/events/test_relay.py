"""Committed jobs reach the queue: at once when they can, and in the end whatever happens."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import time
from contextvars import ContextVar
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from curaway.qstash import QueueRefused, QueueUnavailable
from curaway.threads import in_worker
from events import emit_event, jobs, relay
from events.errors import EventNotRecorded
from events.giving_up import on_given_up
from events.models import Job, JobStatus
from events.relay import Relay, deduplication_id
from tests.doubles import QStashDouble
from tests.events.outbox import Queue, new_job

pytestmark = pytest.mark.usefixtures("database", "no_other_relay")

ours = ContextVar("ours", default=False)


@pytest.fixture
def no_other_relay(monkeypatch):
    """The relay of the suite's server, in this process too, finds nothing to take meanwhile."""
    really = jobs.claim_due
    ours.set(True)
    monkeypatch.setattr(jobs, "claim_due", lambda **wanted: really(**wanted) if ours.get() else [])


async def until(true, *, seconds=10):
    """Wait, off the event loop, until the database says so."""
    deadline = time.monotonic() + seconds
    while not await in_worker(true):
        assert time.monotonic() < deadline, "not in time"
        await asyncio.sleep(0.02)


def relayed(queue, during):
    """What `during` returns while a relay serves `queue`."""

    async def scene():
        running = asyncio.create_task(Relay(queue).run())
        await asyncio.sleep(0.1)  # the first look, which finds what earlier tests left
        try:
            return await during()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    return asyncio.run(scene())


def status_of(job):
    return Job.objects.get(pk=job.pk).status


def mine(queue, *made):
    wanted = {str(job.pk) for job in made}
    return [taken for taken in queue.taken if taken["body"]["job_id"] in wanted]


def test_a_job_is_published_right_after_its_commit(people):
    queue, patient = Queue(), people.patient()
    uploaded = {"document_id": "doc_1", "filename": "a.pdf", "content_type": "application/pdf", "size": 1}

    async def scene():
        began = time.monotonic()
        event = await in_worker(
            emit_event, "document_uploaded", patient.tenant_id, patient.id, uploaded, None, "corr-1"
        )
        await until(lambda: Job.objects.filter(event=event, status=JobStatus.PUBLISHED).exists())
        return event, time.monotonic() - began

    event, seconds = relayed(queue, scene)
    assert seconds < relay.LOOK_AGAIN_SECONDS / 2
    job = Job.objects.get(event=event)
    assert mine(queue, job) == [
        {
            "path": "/webhooks/qstash/document-parse",
            "body": job.message(),
            "deduplication_id": f"{job.pk}-first",
            "flow_key": "document-parse.tenant-curaway-patients",
            "retries": 3,
            "retry_delay": "pow(8, retried) * 5000",
            "headers": {},
        }
    ]


def test_a_job_whose_nudge_was_lost_is_found_by_looking(monkeypatch):
    monkeypatch.setattr(relay, "LOOK_AGAIN_SECONDS", 0.05)
    job = new_job()
    relayed(Queue(), lambda: until(lambda: status_of(job) == JobStatus.PUBLISHED))


def test_a_job_is_published_when_the_queue_is_back(monkeypatch):
    monkeypatch.setattr(relay, "LOOK_AGAIN_SECONDS", 0.05)
    queue, job = Queue(fault=QueueUnavailable("away")), new_job()

    async def scene():
        await until(lambda: Job.objects.get(pk=job.pk).last_error == "QueueUnavailable")
        queue.fault = None
        await until(lambda: status_of(job) == JobStatus.PUBLISHED)

    relayed(queue, scene)
    job.refresh_from_db()
    assert (job.last_error, len(mine(queue, job))) == ("", 1)


def test_what_the_queue_says_no_to_keeps_the_kind_of_fault_only():
    job = new_job()
    queue = Queue(fault=QueueRefused("the queue answered 401"))
    relayed(queue, lambda: until(lambda: Job.objects.get(pk=job.pk).last_error != ""))
    job.refresh_from_db()
    assert (job.status, job.last_error) == (JobStatus.WAITING, "QueueRefused")


def test_a_slow_queue_holds_up_eight_jobs_and_no_more(monkeypatch):
    monkeypatch.setattr(relay, "LOOK_AGAIN_SECONDS", 60)
    queue = Queue(seconds=0.1)
    made = [new_job() for _ in range(20)]
    numbers = [job.pk for job in made]
    published = Job.objects.filter(pk__in=numbers, status=JobStatus.PUBLISHED)
    relayed(queue, lambda: until(lambda: published.count() == 20))
    assert queue.most_at_once == 8
    assert len(mine(queue, *made)) == 20


def test_a_database_that_is_away_ends_no_relay(monkeypatch):
    monkeypatch.setattr(relay, "LOOK_AGAIN_SECONDS", 0.05)
    job, really, failures = new_job(), jobs.claim_due, [OperationalError(), OperationalError()]

    def claim_due(**wanted):
        if failures:
            raise failures.pop()
        return really(**wanted)

    monkeypatch.setattr(jobs, "claim_due", claim_due)
    relayed(Queue(), lambda: until(lambda: status_of(job) == JobStatus.PUBLISHED))


def test_attempts_share_a_deduplication_id_until_a_publication_is_known():
    job = new_job()
    first = deduplication_id(job)
    job.attempts = 3
    assert deduplication_id(job) == first
    job.published_at = timezone.now()
    again = deduplication_id(job)
    job.published_at += timedelta(minutes=10)
    assert len({first, again, deduplication_id(job)}) == 3


@pytest.mark.parametrize("again", [jobs.republish, lambda job: jobs.put_back(job.pk)])
def test_what_is_published_again_on_purpose_has_another_id_though_the_queues_answer_was_lost(again):
    job = new_job(due_at=timezone.now() + timedelta(days=1))
    lost = deduplication_id(job)
    jobs.mark_later(job, fault="QueueUnavailable", now=timezone.now() + timedelta(days=1))
    again(job)
    job.refresh_from_db()
    assert deduplication_id(job) != lost
    jobs.finish(job.pk, JobStatus.DONE)


def test_a_job_that_can_not_be_given_up_holds_up_no_other(monkeypatch):
    monkeypatch.setattr(relay, "LOOK_AGAIN_SECONDS", 0.05)
    forgotten = {"status": JobStatus.PUBLISHED, "due_at": timezone.now() - timedelta(days=1)}
    broken, healthy = new_job(**forgotten), new_job()
    Job.objects.filter(pk=broken.pk).update(created_at=timezone.now() - timedelta(hours=30))

    def fails(job, _):
        if job.pk == broken.pk:
            raise EventNotRecorded

    forget = on_given_up(fails)
    queue = Queue()
    try:
        relayed(queue, lambda: until(lambda: status_of(healthy) == JobStatus.PUBLISHED, seconds=5))
    finally:
        forget()
    broken.refresh_from_db()
    assert (broken.status, len(mine(queue, healthy))) == (JobStatus.PUBLISHED, 1)
    # As long again as it has been forgotten, and an hour at most.
    assert timedelta(minutes=59) < broken.due_at - timezone.now() <= timedelta(hours=1)
    jobs.finish(broken.pk, JobStatus.DONE)


@pytest.fixture
def queue_server(settings):
    """A queue over HTTP, and the settings that name it."""
    with QStashDouble() as double:
        settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, QSTASH_URL=double.url, QSTASH_TOKEN="t")
        yield double


def sweep():
    printed = io.StringIO()
    call_command("sweep_jobs", stdout=printed)
    return printed.getvalue()


def test_a_sweep_publishes_what_is_due_without_a_server(queue_server):
    lost = new_job(status=JobStatus.PUBLISHED, published_at=timezone.now() - timedelta(minutes=10))
    waiting, later = new_job(), new_job(due_at=timezone.now() + timedelta(minutes=1))
    printed = sweep()
    published = {json.loads(request.body)["job_id"] for request in queue_server.requests}
    assert {str(lost.pk), str(waiting.pk)} <= published
    assert str(later.pk) not in published
    assert printed == f"{len(published)} published, 0 put off, 0 refused\n"


def test_a_sweep_says_when_the_queue_is_away_and_loses_nothing(queue_server):
    queue_server.down = True
    job = new_job()
    with pytest.raises(CommandError, match="did not take every job"):
        sweep()
    job.refresh_from_db()
    assert (job.status, job.attempts, job.last_error) == (JobStatus.WAITING, 1, "QueueUnavailable")
