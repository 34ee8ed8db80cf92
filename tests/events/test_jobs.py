"""Jobs on their way to the queue and back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from django.db import connection, transaction

from events import emit_event, jobs, outbox
from events.models import Job, JobStatus
from events.registry import EventType, JobKind, JobRepublished
from events.testing import assert_emitted
from tests.events.outbox import due_in, new_job

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2020, 1, 1, tzinfo=UTC)
"""Long before any other test's jobs are due."""


def claim(limit=10, now=NOW):
    return jobs.claim_due(limit=limit, now=now)


@pytest.fixture
def unseen(database):
    """Nothing of the test is committed: a relay of the suite's servers would take its jobs."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_an_upload_leaves_a_job_that_is_due_at_once(people):
    patient = people.patient()
    event = emit_event(
        EventType.DOCUMENT_UPLOADED,
        patient.tenant_id,
        patient.id,
        {"document_id": "doc_1", "filename": "a.pdf", "content_type": "application/pdf", "size": 1},
        correlation_id="corr-7",
    )
    job = Job.objects.get(event=event)
    assert (job.kind, job.status, job.attempts) == (JobKind.DOCUMENT_PARSE, JobStatus.WAITING, 0)
    assert job.message() == {
        "job_id": str(job.pk),
        "tenant_id": patient.tenant_id,
        "patient_id": patient.id,
        "correlation_id": "corr-7",
        "document_id": "doc_1",
    }


def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(unseen):
    job = new_job(due_at=NOW)
    assert [claimed.pk for claimed in claim()] == [job.pk]
    assert claim() == []
    assert claim(now=NOW + jobs.LEASE)[0].attempts == 2


def test_relays_side_by_side_claim_every_job_once():
    wanted = {new_job(due_at=NOW).pk for _ in range(40)}

    def relay(_):
        claimed = list(chain.from_iterable(iter(lambda: claim(limit=3), [])))
        connection.close()
        return [job.pk for job in claimed]

    with ThreadPoolExecutor(4) as relays:
        claimed = list(chain.from_iterable(relays.map(relay, range(4))))
    Job.objects.filter(pk__in=wanted).delete()
    assert len(claimed) == 40
    assert set(claimed) == wanted


def test_a_published_job_is_due_again_when_no_callback_came_for_twenty_minutes(unseen):
    new_job(due_at=NOW)
    (job,) = claim()
    jobs.mark_published(job, message_id="msg_1", now=NOW)
    job.refresh_from_db()
    assert (job.status, job.message_id, job.published_at) == (JobStatus.PUBLISHED, "msg_1", NOW)
    assert due_in(job, NOW) == timedelta(minutes=20)


def test_an_unreachable_queue_is_tried_after_1_2_4_to_60_seconds(unseen):
    job, waits = new_job(due_at=NOW), []
    for attempt in range(1, 9):
        job.attempts = attempt
        job.save()
        jobs.mark_later(job, fault="QueueUnavailable", now=NOW)
        job.refresh_from_db()
        waits.append(due_in(job, NOW).seconds)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (job.status, job.last_error) == (JobStatus.WAITING, "QueueUnavailable")


def test_a_job_that_the_queue_refuses_five_times_has_failed(unseen):
    job, now = new_job(due_at=NOW), NOW
    for _ in range(5):
        (claimed,) = claim(now=now)
        jobs.mark_refused(claimed, fault="QueueRefused", now=now)
        now += jobs.LONGEST_WAIT
    job.refresh_from_db()
    assert (job.status, job.attempts, job.last_error) == (JobStatus.FAILED, 5, "QueueRefused")
    assert claim(now=now) == []


def test_a_queue_that_was_away_is_no_refusal(unseen):
    job, now = new_job(due_at=NOW), NOW
    for _ in range(jobs.REFUSALS):
        (claimed,) = claim(now=now)
        jobs.mark_later(claimed, fault="QueueUnavailable", now=now)
        now += jobs.LONGEST_WAIT
    (claimed,) = claim(now=now)
    jobs.mark_refused(claimed, fault="QueueRefused", now=now)
    job.refresh_from_db()
    assert (job.status, job.refusals) == (JobStatus.WAITING, 1)


@pytest.mark.parametrize("again", [jobs.republish, lambda job: jobs.put_back(job.pk), "taken"])
def test_refusals_are_counted_anew_when_the_queue_takes_the_job_and_when_it_is_published_again(unseen, again):
    job = new_job(due_at=NOW, refusals=jobs.REFUSALS - 1)
    if again == "taken":
        (claimed,) = claim()
        jobs.mark_published(claimed, message_id="msg_1", now=NOW)
    else:
        again(job)
    job.refresh_from_db()
    assert job.refusals == 0


def test_a_callback_that_is_faster_than_the_queues_answer_is_not_overwritten(unseen):
    new_job(due_at=NOW)
    (job,) = claim()
    jobs.finish(job.pk, JobStatus.DONE)
    jobs.mark_published(job, message_id="msg_1", now=NOW)
    job.refresh_from_db()
    assert (job.status, job.message_id) == (JobStatus.DONE, "")


def test_a_relay_whose_lease_ended_does_not_speak_for_the_next_one(unseen):
    new_job(due_at=NOW)
    (slow,) = claim()
    (quick,) = claim(now=NOW + jobs.LEASE)
    jobs.mark_published(quick, message_id="msg_2", now=NOW)
    jobs.mark_later(slow, fault="QueueUnavailable", now=NOW)
    quick.refresh_from_db()
    assert (quick.status, quick.message_id) == (JobStatus.PUBLISHED, "msg_2")


def test_a_job_that_no_callback_finished_within_a_day_is_given_up(unseen):
    job = new_job(due_at=NOW, status=JobStatus.PUBLISHED)
    assert claim(now=NOW) == [job]
    Job.objects.filter(pk=job.pk).update(created_at=NOW - timedelta(days=1, seconds=1), due_at=NOW)
    assert claim(now=NOW) == []
    job.refresh_from_db()
    assert (job.status, job.last_error) == (JobStatus.FAILED, "no callback has finished it within a day")


def test_a_callback_finds_the_job_it_names_and_none_about_something_else(unseen):
    job, other = new_job(document_id="doc_1"), new_job(document_id="doc_2")
    about = {
        "kind": JobKind.DOCUMENT_PARSE,
        "tenant_id": job.tenant_id,
        "patient_id": job.patient_id,
        "body": {"document_id": "doc_1"},
    }
    assert jobs.find(job_id=job.pk, **about) == job.pk
    assert jobs.find(job_id=None, **about) == job.pk
    assert jobs.find(job_id=other.pk, **about) is None
    jobs.finish(job.pk, JobStatus.DONE)
    assert jobs.find(job_id=None, **about) is None


def test_a_job_published_again_waits_is_due_and_says_who_asked():
    rung = []
    job = new_job(status=JobStatus.FAILED, finished_at=NOW, last_error="QueueRefused", attempts=5)
    stop = outbox.on_nudge(lambda: rung.append("nudge"))
    with assert_emitted(JobRepublished, patient_id=job.patient_id, job_id=str(job.pk), kind="document-parse"):
        again = jobs.republish(job)
    stop()
    assert (again.status, again.finished_at, again.last_error) == (JobStatus.WAITING, None, "")
    assert again.attempts == 5
    assert rung == ["nudge"]
    jobs.finish(job.pk, JobStatus.DONE)
