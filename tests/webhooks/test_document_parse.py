"""A document is read once, however often, late or badly its job is delivered."""

from __future__ import annotations

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from events import emit_event
from events.models import Event, JobStatus
from patients.documents import claims, parsing
from patients.documents.faults import Broken, ReaderCrashed
from patients.documents.storage import storage
from patients.documents.waiting import resume_reading
from patients.models import Consent, Document, DocumentStatus, Patient
from tests.waiting import wait_until
from tests.webhooks.callbacks import code_in, status_in
from tests.webhooks.documents import Reader, job_of, story_of, upload

READ = ["document_uploaded", "document_parsing", "document_parsed"]
FAILED = ["document_uploaded", "document_parsing", "document_failed"]


@pytest.fixture
def reader(monkeypatch):
    """Reads nothing and says what it is told to."""
    monkeypatch.setattr(parsing, "read_document", standing_in := Reader())
    yield standing_in
    standing_in.let_go.set()


@pytest.fixture
def document(people):
    return upload(people.patient())


@pytest.fixture
def deliver(callbacks):
    """Delivers a document's job as the queue does."""

    def delivered(document, **options):
        return callbacks.send("document-parse", job_of(document).message(), **options)

    return delivered


def decide(patient, *, granted):
    Consent.objects.create(
        patient=patient,
        tenant_id=patient.tenant_id,
        purpose="clinical_data_processing",
        granted=granted,
        policy_version="1",
    )


def test_a_pdf_with_text_of_its_own_is_read(deliver, document):
    assert status_in(deliver(document)) == "done"
    document.refresh_from_db()
    assert (document.status, document.method, len(document.pages)) == ("parsed", "text", 1)
    assert "Kellgren" in document.pages[0]["text"]
    assert document.characters == len(document.pages[0]["text"])
    assert (document.claim, document.claimed_until) == (None, None)
    job = job_of(document)
    assert (job.status, job.deliveries) == (JobStatus.DONE, 1)


def test_reading_is_told_on_the_stream_under_the_uploads_correlation_id(deliver, document, reader):
    deliver(document, headers={"X-Correlation-ID": "corr-of-the-queue"})
    assert story_of(document) == READ
    parsed = Event.objects.get(patient_id=document.patient_id, event_type="document_parsed")
    assert parsed.payload == {
        "document_id": document.id,
        "filename": "knee-report.pdf",
        "status": "parsed",
        "pages": 2,
        "characters": 23,
        "method": "mixed",
        "confidence": 0.5,
    }
    assert (parsed.correlation_id, parsed.actor_id, parsed.source_service) == ("corr-upload", None, "webhooks")


def test_five_deliveries_at_once_have_one_effect(deliver, document, reader):
    reader.let_go.clear()
    with ThreadPoolExecutor(5) as queue:
        answers = [queue.submit(deliver, document) for _ in range(5)]
        wait_until(lambda: job_of(document).deliveries == 5)
        reader.let_go.set()
        outcomes = sorted(status_in(answer.result()) for answer in answers)
    assert outcomes == ["done"] + ["duplicate"] * 4
    assert (reader.readings, story_of(document)) == (1, READ)


def test_a_late_delivery_is_a_duplicate(deliver, document, reader):
    deliver(document)
    assert status_in(deliver(document)) == "duplicate"
    assert (reader.readings, story_of(document), job_of(document).deliveries) == (1, READ, 2)


def test_a_delivery_that_died_in_the_middle_is_taken_over(deliver, document, reader):
    emit_event(
        "document_parsing",
        document.tenant_id,
        document.patient_id,
        {"document_id": document.id, "filename": document.filename},
    )
    Document.objects.filter(pk=document.id).update(
        status=DocumentStatus.PARSING, claim=uuid.uuid4(), claimed_until=timezone.now() - timedelta(seconds=1)
    )
    assert status_in(deliver(document)) == "done"
    assert story_of(document) == READ


def test_a_delivery_waits_for_the_one_that_reads_until_its_claim_ends(deliver, document, reader):
    Document.objects.filter(pk=document.id).update(
        status=DocumentStatus.PARSING, claim=uuid.uuid4(), claimed_until=timezone.now() + timedelta(seconds=1)
    )
    assert status_in(deliver(document)) == "done"
    assert reader.readings == 1


def test_a_delivery_that_waited_in_vain_comes_again(deliver, document, reader, monkeypatch):
    monkeypatch.setattr(parsing, "ANSWER_SECONDS", 0.5)
    held = uuid.uuid4()
    Document.objects.filter(pk=document.id).update(
        status=DocumentStatus.PARSING, claim=held, claimed_until=timezone.now() + timedelta(minutes=1)
    )
    answer = deliver(document)
    assert (code_in(answer), answer.headers["Retry-After"]) == ((503, "CALLBACK_NOT_NOW_001"), "5")
    document.refresh_from_db()
    assert document.claim == held


def test_a_reading_renews_its_claim(deliver, document, reader, monkeypatch):
    monkeypatch.setattr(claims, "CLAIM", timedelta(seconds=0.6))
    monkeypatch.setattr(parsing, "CLAIM", timedelta(seconds=0.6))
    reader.let_go.clear()
    with ThreadPoolExecutor(2) as queue:
        first = queue.submit(deliver, document)
        assert reader.began.wait(10)
        second = queue.submit(deliver, document)
        began = Document.objects.get(pk=document.id).claimed_until
        renewed = began + timedelta(seconds=1)
        wait_until(lambda: Document.objects.get(pk=document.id).claimed_until > renewed)
        reader.let_go.set()
        assert (status_in(first.result()), status_in(second.result())) == ("done", "duplicate")
    assert reader.readings == 1


def test_a_server_that_leaves_puts_its_readings_down(deliver, document, reader):
    reader.let_go.clear()
    with ThreadPoolExecutor(1) as queue:
        answer = queue.submit(deliver, document)
        assert reader.began.wait(10)
        asyncio.run_coroutine_threadsafe(parsing.put_down(), reader.loop).result(10)
        assert Document.objects.get(pk=document.id).claim is None
        assert code_in(answer.result()) == (503, "CALLBACK_NOT_NOW_001")
    reader.let_go.set()
    assert status_in(deliver(document)) == "done"
    assert story_of(document) == READ


def test_a_queue_that_hangs_up_leaves_the_document_free(deliver, document, reader):
    reader.let_go.clear()
    with pytest.raises(httpx.ReadTimeout):
        deliver(document, timeout=0.5)
    wait_until(lambda: Document.objects.get(pk=document.id).claim is None)
    reader.let_go.set()
    assert status_in(deliver(document)) == "done"
    assert story_of(document) == READ


def test_a_reading_whose_claim_was_taken_over_stores_nothing(deliver, document, reader, monkeypatch):
    monkeypatch.setattr(claims, "CLAIM", timedelta(0))
    reader.let_go.clear()
    with ThreadPoolExecutor(1) as queue:
        first = queue.submit(deliver, document)
        assert reader.began.wait(10)
        Document.objects.filter(pk=document.id).update(claim=uuid.uuid4())
        reader.let_go.set()
        assert code_in(first.result()) == (503, "CALLBACK_NOT_NOW_001")
    assert story_of(document) == READ[:2]


def test_a_document_that_cannot_be_read_has_failed_for_good(deliver, people):
    document = upload(people.patient(), "broken.pdf")
    answer = deliver(document)
    assert (code_in(answer), answer.headers["Upstash-NonRetryable-Error"]) == (
        (489, "CALLBACK_UNREADABLE_001"),
        "true",
    )
    document.refresh_from_db()
    assert (document.status, document.reason, document.retryable) == ("failed", Broken.reason, False)
    assert (story_of(document), job_of(document).status) == (FAILED, JobStatus.FAILED)
    failed = Event.objects.get(patient_id=document.patient_id, event_type="document_failed")
    assert (failed.payload["reason"], failed.payload["retryable"]) == (Broken.reason, False)


def test_a_failed_document_is_not_read_again(deliver, document, reader):
    reader.fault = Broken()
    deliver(document)
    assert status_in(deliver(document)) == "duplicate"
    assert (reader.readings, story_of(document)) == (1, FAILED)
    assert job_of(document).status == JobStatus.FAILED


def test_a_fault_of_ours_comes_again(deliver, document, reader):
    reader.fault = ReaderCrashed()
    answer = deliver(document)
    assert (code_in(answer), answer.headers["Retry-After"]) == ((503, "CALLBACK_NOT_NOW_001"), "5")
    assert "Upstash-NonRetryable-Error" not in answer.headers
    reader.fault = None
    assert status_in(deliver(document)) == "done"
    assert story_of(document) == READ


def test_a_fault_of_ours_is_final_after_an_hour(deliver, people, reader):
    document = upload(people.patient(), uploaded_at=timezone.now() - timedelta(hours=1, seconds=1))
    reader.fault = ReaderCrashed()
    assert code_in(deliver(document)) == (489, "CALLBACK_UNREADABLE_001")
    document.refresh_from_db()
    assert (document.status, document.retryable) == ("failed", True)


def test_a_document_whose_file_is_gone_has_failed(deliver, document):
    storage().path(document.storage_key).unlink()
    assert code_in(deliver(document)) == (489, "CALLBACK_UNREADABLE_001")
    assert story_of(document) == FAILED


def test_nothing_is_read_without_consent(deliver, document, reader):
    decide(document.patient, granted=False)
    assert status_in(deliver(document)) == "skipped"
    document.refresh_from_db()
    assert (document.status, reader.readings, story_of(document)) == ("uploaded", 0, READ[:1])
    assert job_of(document).status == JobStatus.DONE


def test_consent_given_again_has_the_waiting_document_read(deliver, document, reader):
    decide(document.patient, granted=False)
    deliver(document)
    decide(document.patient, granted=True)
    resume_reading(document.patient)
    assert job_of(document).status == JobStatus.WAITING
    assert status_in(deliver(document)) == "done"


def test_what_was_read_while_consent_was_withdrawn_is_not_kept(deliver, document, reader):
    reader.let_go.clear()
    with ThreadPoolExecutor(1) as queue:
        answer = queue.submit(deliver, document)
        assert reader.began.wait(10)
        decide(document.patient, granted=False)
        reader.let_go.set()
        assert status_in(answer.result()) == "skipped"
    document.refresh_from_db()
    assert (document.status, document.pages, document.claim) == ("uploaded", None, None)


def test_a_quarantined_patients_document_is_left_alone(deliver, document, reader):
    Patient.objects.filter(pk=document.patient_id).update(quarantined=True)
    assert (status_in(deliver(document)), reader.readings) == ("skipped", 0)


def test_a_message_with_the_document_alone_is_enough(callbacks, document, reader):
    assert status_in(callbacks.send("document-parse", {"document_id": document.id, "later": 1})) == "done"
    parsed = Event.objects.get(patient_id=document.patient_id, event_type="document_parsed")
    assert (parsed.correlation_id, job_of(document).status) == ("corr-upload", JobStatus.DONE)


@pytest.mark.parametrize("job", ["document-parse", "clinical-extract"])
def test_a_document_that_nobody_knows_is_not_asked_for_again(callbacks, job):
    answer = callbacks.send(job, {"document_id": "doc_nobody"})
    assert code_in(answer) == (489, "CALLBACK_DOCUMENT_001")
    assert answer.headers["Upstash-NonRetryable-Error"] == "true"


def test_a_document_that_was_never_confirmed_is_unknown(deliver, people):
    document = upload(people.patient(), status=DocumentStatus.EXPECTED)
    assert code_in(deliver(document)) == (489, "CALLBACK_DOCUMENT_001")


@pytest.mark.parametrize(
    ("job", "message", "field"),
    [
        ("document-parse", b"not json", "body"),
        ("document-parse", b"[]", "body"),
        ("document-parse", {}, "document_id"),
        ("document-parse", {"document_id": "a\x00b"}, "document_id"),
        ("document-parse", {"document_id": "d", "job_id": "7"}, "job_id"),
        ("clinical-extract", {"document_id": 7}, "document_id"),
        ("notification", {"kind": "welcome"}, "body"),
    ],
)
def test_a_message_that_makes_no_sense_is_refused_for_good(callbacks, job, message, field):
    answer = callbacks.send(job, message)
    assert code_in(answer) == (489, "CALLBACK_INVALID_001")
    assert answer.json()["errors"][0]["field"] == field
    assert answer.headers["Upstash-NonRetryable-Error"] == "true"


def test_work_that_is_not_done_yet_is_skipped(callbacks, document):
    assert status_in(callbacks.send("clinical-extract", {"document_id": document.id})) == "skipped"
    welcome = {"kind": "welcome", "patient_id": document.patient_id}
    assert status_in(callbacks.send("notification", welcome)) == "skipped"
    nobody = callbacks.send("notification", {**welcome, "patient_id": "nobody"})
    assert code_in(nobody) == (489, "CALLBACK_PATIENT_001")
