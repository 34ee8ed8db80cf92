"""A job that the relay can't bring to the queue takes nothing with it unsaid: whoever waits for it is told."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from events import jobs
from events.giving_up import give_up, on_given_up
from events.models import JobStatus
from events.registry import DocumentFailed
from events.testing import assert_emitted
from patients.models import Consent, Document
from patients.services import giving_up
from tests.events.history import JOBS, page_of
from tests.staff import staff
from tests.stories.listener import Listener
from tests.webhooks.callbacks import Callbacks, status_in, with_signing_keys
from tests.webhooks.documents import FAILED, READ, Reader, job_of, story_of, upload
from tests.webhooks.notifications import registered, stored, told

pytestmark = pytest.mark.usefixtures("database")

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
"""Before any other job is due."""


@pytest.fixture
def callbacks(server, settings):
    settings.ENVIRONMENT = with_signing_keys(settings.ENVIRONMENT)
    return Callbacks(settings.ENVIRONMENT.public_base_url)


@pytest.fixture
def document(people):
    return upload(people.patient())


def is_refused(job):
    """The queue says no to the job for the fifth time."""
    type(job).objects.filter(pk=job.pk).update(refusals=jobs.REFUSALS - 1)
    job.refresh_from_db()
    jobs.mark_refused(job, fault="QueueRefused", now=timezone.now())
    job.refresh_from_db()


def is_forgotten(job):
    """A day has passed since the job was made, and every delivery of it was lost."""
    type(job).objects.filter(pk=job.pk).update(
        status=JobStatus.PUBLISHED, due_at=LONG_AGO, created_at=LONG_AGO - timedelta(days=1, seconds=1)
    )
    assert jobs.claim_due(limit=10, now=LONG_AGO) == []
    job.refresh_from_db()


@pytest.mark.parametrize(
    ("is_lost", "fault"), [(is_refused, "QueueRefused"), (is_forgotten, jobs.FORGOTTEN)], ids=["refused", "forgotten"]
)
class TestLost:
    def test_the_document_has_failed_with_it_for_now(self, http, people, document, is_lost, fault):
        job, listener = job_of(document), Listener(http, people, document.patient)
        said = {"reason": giving_up.REASON, "retryable": True, "tenant_id": document.tenant_id}
        with assert_emitted(DocumentFailed, document_id=document.id, correlation_id="corr-upload", **said):
            is_lost(job)
        assert (job.status, job.last_error, job.finished_at is not None) == (JobStatus.FAILED, fault, True)
        assert listener.listen() == ["document_failed"]
        assert listener.knows == listener.fetched()

    def test_the_mail_has_failed_with_it_for_now(self, people, is_lost, fault):
        patient = people.patient(email="ana@example.com")
        job = registered(patient)
        is_lost(job)
        assert (job.status, job.last_error) == (JobStatus.FAILED, fault)
        ((event, fact),) = told(patient)
        assert (event, fact["retryable"], stored(job).status) == ("notification_failed", True, "failed")
        assert mail.outbox == []

    def test_an_operator_sees_it_and_publishes_it_again_and_the_document_is_read(
        self, callbacks, document, monkeypatch, is_lost, fault
    ):
        from patients.documents import parsing

        monkeypatch.setattr(parsing, "read_document", Reader())
        job = job_of(document)
        is_lost(job)
        assert status_in(callbacks.send("document-parse", job.message())) == "duplicate"
        operator = staff("events.view_job", "events.change_job")
        assert fault in operator.get(JOBS, {"q": str(job.pk), "status__exact": "failed"}).content.decode()
        assert fault in operator.get(page_of(job)).content.decode()
        operator.post(f"{JOBS}{job.pk}/publish/")
        assert status_in(callbacks.send("document-parse", job.message())) == "done"
        assert story_of(document) == ["document_uploaded", "document_failed", *READ[1:]]
        document.refresh_from_db()
        assert (document.status, document.reason, document.retryable) == ("parsed", "", None)

    def test_while_somebody_reads_it_nothing_is_lost(self, document, is_lost, fault):
        job = job_of(document)
        soon = max(timezone.now(), LONG_AGO) + timedelta(seconds=30)
        Document.objects.filter(pk=document.pk).update(status="parsing", claim=uuid.uuid4(), claimed_until=soon)
        is_lost(job)
        assert job.status in jobs.ON_THE_WAY
        assert job.due_at > LONG_AGO
        assert story_of(document) == ["document_uploaded"]
        jobs.finish(job.pk, JobStatus.DONE)

    def test_a_document_that_was_read_already_has_not_failed(self, document, is_lost, fault):
        job = job_of(document)
        Document.objects.filter(pk=document.pk).update(status="parsed")
        is_lost(job)
        assert (job.status, job.last_error) == (JobStatus.DONE, "")
        assert story_of(document) == ["document_uploaded"]

    def test_without_consent_the_document_waits_on(self, document, is_lost, fault):
        Consent.objects.create(
            patient=document.patient,
            tenant_id=document.tenant_id,
            purpose="clinical_data_processing",
            granted=False,
            policy_version="1",
        )
        is_lost(job_of(document))
        document.refresh_from_db()
        assert (document.status, story_of(document)) == ("uploaded", ["document_uploaded"])


def test_a_relay_that_has_lost_its_claim_gives_nothing_up(document):
    job = job_of(document)
    slow = job_of(document)
    slow.attempts = job.attempts + 7
    assert give_up(slow, fault="QueueRefused", now=timezone.now()) is False
    job.refresh_from_db()
    assert (job.status, story_of(document)) == (JobStatus.WAITING, ["document_uploaded"])
    jobs.finish(job.pk, JobStatus.DONE)


def test_a_job_never_fails_without_what_it_is_about(document):
    job = job_of(document)

    def fails(*_):
        raise ZeroDivisionError

    forget = on_given_up(fails)
    try:
        is_refused(job)
    finally:
        forget()
    job.refresh_from_db()
    assert (job.status, story_of(document)) == (JobStatus.WAITING, ["document_uploaded"])
    is_refused(job)
    assert story_of(document) == [FAILED[0], FAILED[2]]
