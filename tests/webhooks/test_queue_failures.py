"""When the queue gives up on a job, those who wait for it are told, and it can be asked for again."""

from __future__ import annotations

import base64
import json
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.db.models import F
from django.utils import timezone

from events import jobs
from events.models import JobStatus
from events.registry import DocumentFailed
from events.testing import assert_emitted
from patients.models import Consent, Document
from patients.services import giving_up
from tests.webhooks.callbacks import code_in, status_in
from tests.webhooks.documents import READ, job_of, story_of, upload
from tests.webhooks.notifications import registered, stored, told


def published(job, message_id="msg_1"):
    """The job, as a relay leaves it when the queue has taken it; the suite's own has no claim on it any more."""
    now = timezone.now()
    type(job).objects.filter(pk=job.pk).update(
        status=JobStatus.PUBLISHED,
        message_id=message_id,
        published_at=now,
        due_at=now + jobs.CALLBACK_AWAITED,
        attempts=F("attempts") + 10,
    )
    job.refresh_from_db()
    return job


def message_about(job, *, message_id="msg_1", status=503, body=None):
    """What QStash sends, in its words."""
    source = json.dumps(job.message()).encode() if body is None else body
    return {
        "status": status,
        "header": {"content-type": ["application/json"]},
        "body": base64.b64encode(b'{"errors":[]}').decode(),
        "retried": 3,
        "maxRetries": 3,
        "dlqId": "1725323658779-0",
        "sourceMessageId": message_id,
        "topicName": "",
        "endpointName": "",
        "url": f"https://api.curaway.ai/webhooks/qstash/{job.kind}",
        "method": "POST",
        "sourceHeader": {"content-type": ["application/json"]},
        "sourceBody": base64.b64encode(source).decode(),
        "notBefore": "1701198458025",
        "createdAt": "1701198447054",
        "callerIP": "127.0.0.1",
    }


@pytest.fixture
def tell(callbacks):
    def told_of(job, **about):
        return callbacks.send("failed", message_about(job, **about))

    return told_of


def test_a_document_whose_job_was_given_up_has_failed_for_now(tell, document):
    job = published(job_of(document))
    with assert_emitted(DocumentFailed, document_id=document.id, reason=giving_up.REASON, retryable=True):
        assert [status_in(tell(job)) for _ in range(2)] == ["done", "duplicate"]
    document.refresh_from_db()
    assert (document.status, document.reason, document.retryable) == ("failed", giving_up.REASON, True)
    assert story_of(document) == ["document_uploaded", "document_failed"]
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED


def test_published_again_it_is_read(tell, deliver, document, reader):
    job = published(job_of(document))
    tell(job)
    assert status_in(deliver(document)) == "duplicate"
    jobs.republish(job)
    assert status_in(deliver(document)) == "done"
    assert story_of(document) == ["document_uploaded", "document_failed", *READ[1:]]
    document.refresh_from_db()
    assert (document.status, document.reason, document.retryable) == ("parsed", "", None)
    assert status_in(deliver(document)) == "duplicate"


def test_given_up_again_after_that_it_is_told_again(tell, document):
    job = published(job_of(document))
    tell(job)
    jobs.republish(job)
    Document.objects.filter(pk=document.pk).update(status="parsing")
    published(job, "msg_2")
    assert status_in(tell(job, message_id="msg_2")) == "done"
    assert story_of(document).count("document_failed") == 2


def test_what_failed_for_good_is_not_read_again(deliver, document, reader):
    Document.objects.filter(pk=document.pk).update(status="failed", retryable=False)
    assert (status_in(deliver(document)), reader.readings) == ("duplicate", 0)


def test_a_word_about_an_earlier_publication_is_too_late(tell, document):
    job = published(job_of(document), "msg_2")
    assert status_in(tell(job)) == "skipped"
    document.refresh_from_db()
    assert document.status == "uploaded"


def test_a_job_that_is_about_to_be_published_is_asked_about_later(tell, document):
    assert code_in(tell(job_of(document))) == (503, "CALLBACK_NOT_NOW_001")


def test_a_document_that_is_being_read_is_left_to_its_reader(tell, document):
    job = published(job_of(document))
    Document.objects.filter(pk=document.pk).update(
        status="parsing", claim=uuid.uuid4(), claimed_until=timezone.now() + timedelta(seconds=30)
    )
    assert code_in(tell(job)) == (503, "CALLBACK_NOT_NOW_001")


def test_a_document_that_was_read_meanwhile_stays_read(tell, document):
    job = published(job_of(document))
    Document.objects.filter(pk=document.pk).update(status="parsed")
    assert status_in(tell(job)) == "duplicate"
    job.refresh_from_db()
    assert (job.status, story_of(document)) == (JobStatus.DONE, ["document_uploaded"])


def test_without_consent_nothing_is_said_about_it(tell, document):
    Consent.objects.create(
        patient=document.patient,
        tenant_id=document.tenant_id,
        purpose="clinical_data_processing",
        granted=False,
        policy_version="1",
    )
    job = published(job_of(document))
    assert status_in(tell(job)) == "skipped"
    assert story_of(document) == ["document_uploaded"]


def test_an_analysis_that_was_given_up_can_be_asked_for_again(tell, people):
    from events import emit_event

    document = upload(people.patient(), status="analyzing")
    fact = {"document_id": document.id, "filename": "a.pdf", "pages": 1, "characters": 200, "method": "text"}
    emit_event("document_parsed", document.tenant_id, document.patient_id, {**fact, "clinical": True})
    assert status_in(tell(published(job_of(document, "clinical-extract")))) == "done"
    document.refresh_from_db()
    assert (document.status, document.retryable) == ("failed", True)


def test_a_mail_that_was_given_up_has_failed_and_can_be_sent_later(tell, callbacks, people):
    patient = people.patient(email="ana@example.com")
    job = published(registered(patient))
    assert status_in(tell(job)) == "done"
    ((event, fact),) = told(patient)
    assert (event, fact["retryable"], stored(job).status) == ("notification_failed", True, "failed")
    assert status_in(callbacks.send("notification", job.message())) == "duplicate"
    jobs.republish(job)
    assert status_in(callbacks.send("notification", job.message())) == "done"
    assert (stored(job).status, len(mail.outbox)) == ("sent", 1)


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"job_id": "7"}', b'{"document_id": "d"}'])
def test_a_message_whose_body_is_hidden_is_known_by_its_id(tell, document, body):
    message_id = f"msg_{uuid.uuid4().hex}"
    job = published(job_of(document), message_id)
    assert status_in(tell(job, message_id=message_id, body=body)) == "done"
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED


def test_a_message_that_is_none_of_ours_is_skipped(tell, document):
    assert status_in(tell(job_of(document), message_id="msg_other", body=b"{}")) == "skipped"


def test_what_is_not_the_queues_message_is_refused(callbacks):
    assert code_in(callbacks.send("failed", {"status": 500})) == (489, "CALLBACK_INVALID_001")
