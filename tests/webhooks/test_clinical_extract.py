"""A document is analyzed once, however often, late, early or badly its job is delivered."""

from __future__ import annotations

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone

from events import emit_event
from events.models import Event, JobStatus
from patients.documents import claims, working
from patients.documents.waiting import resume_documents
from patients.models import Document, DocumentStatus, FhirResource
from patients.record import extraction
from patients.record.analysis import AnalysisFailed
from tests.waiting import wait_until
from tests.webhooks.analyses import ANALYZED, READ, TEXT, Analyst, read_document
from tests.webhooks.callbacks import code_in, status_in
from tests.webhooks.documents import job_of, story_of, upload
from tests.webhooks.test_document_consent import decide

EXTRACT = "clinical-extract"


@pytest.fixture
def analyst(monkeypatch):
    monkeypatch.setattr(extraction, "analyze", standing_in := Analyst())
    yield standing_in
    standing_in.let_go.set()


@pytest.fixture
def document(people):
    return read_document(people.patient())


@pytest.fixture
def deliver(callbacks):
    def delivered(document, **more):
        return callbacks.send(EXTRACT, {**job_of(document, EXTRACT).message(), **more})

    return delivered


def resources(document):
    return FhirResource.objects.filter(source_id=document.id)


def test_what_a_document_says_is_in_the_record(deliver, document, analyst):
    assert status_in(deliver(document)) == "done"
    document.refresh_from_db()
    assert (document.status, document.claim, document.claimed_until) == ("analyzed", None, None)
    assert (story_of(document), job_of(document, EXTRACT).status) == (ANALYZED, JobStatus.DONE)
    rows = resources(document).order_by("place").values_list("resource_type", "code", "source", "page", "canonical")
    assert list(rows) == [
        ("Condition", "M17.11", "document", 1, True),
        ("MedicationStatement", "6809", "document", 1, True),
        ("Procedure", "27447", "document", 1, True),
    ]


def test_the_analysis_is_told_on_the_stream_and_the_intakes_progress_last(deliver, document, analyst):
    deliver(document)
    told = Event.objects.filter(patient_id=document.patient_id, position__isnull=False).order_by("position")
    created, extracted, progress = (
        told.filter(event_type=name).first().payload
        for name in ("fhir_resource_created", "clinical_entities_extracted", "intake_progress_updated")
    )
    assert created == {
        "resource_type": "Condition",
        "resource_id": resources(document).get(code="M17.11").id,
        "code": "M17.11",
        "display": "Osteoarthritis, right knee",
        "document_id": document.id,
        "canonical": True,
    }
    assert (extracted["document_id"], extracted["conditions"], extracted["allergies"]) == (document.id, 1, 0)
    assert progress["categories"]["documents"] == 0.5
    last = told.last()
    assert (last.event_type, last.correlation_id) == ("intake_progress_updated", "corr-upload")


def test_five_deliveries_at_once_have_one_effect(deliver, document, analyst):
    analyst.let_go.clear()
    with ThreadPoolExecutor(5) as queue:
        answers = [queue.submit(deliver, document) for _ in range(5)]
        wait_until(lambda: job_of(document, EXTRACT).deliveries == 5)
        analyst.let_go.set()
        outcomes = sorted(status_in(answer.result()) for answer in answers)
    assert outcomes == ["done"] + ["duplicate"] * 4
    assert (len(analyst.questions), story_of(document), resources(document).count()) == (1, ANALYZED, 3)


def test_a_late_delivery_is_a_duplicate(deliver, document, analyst):
    deliver(document)
    assert status_in(deliver(document)) == "duplicate"
    assert (len(analyst.questions), story_of(document)) == (1, ANALYZED)


@pytest.mark.parametrize("status", ["uploaded", "parsing"])
def test_a_delivery_before_the_text_is_read_comes_again(callbacks, people, analyst, status):
    document = upload(people.patient(), status=status)
    answer = callbacks.send(EXTRACT, {"document_id": document.id, "extracted_text": TEXT})
    assert (code_in(answer), answer.headers["Retry-After"]) == ((503, "CALLBACK_NOT_NOW_001"), "5")
    document.refresh_from_db()
    assert (document.status, analyst.questions) == (status, [])


def test_a_parse_delivered_again_while_the_text_is_analyzed_is_a_duplicate(callbacks, deliver, document, analyst):
    analyst.let_go.clear()
    with ThreadPoolExecutor(1) as queue:
        answer = queue.submit(deliver, document)
        assert analyst.began.wait(10)
        assert status_in(callbacks.send("document-parse", job_of(document).message())) == "duplicate"
        analyst.let_go.set()
        assert status_in(answer.result()) == "done"
    assert story_of(document) == ANALYZED


def test_a_delivery_that_died_in_the_middle_is_taken_over(deliver, document, analyst):
    fact = {"document_id": document.id, "filename": document.filename}
    emit_event("document_analyzing", document.tenant_id, document.patient_id, fact)
    Document.objects.filter(pk=document.id).update(
        status=DocumentStatus.ANALYZING, claim=uuid.uuid4(), claimed_until=timezone.now() - timedelta(seconds=1)
    )
    assert status_in(deliver(document)) == "done"
    assert (story_of(document), resources(document).count()) == (ANALYZED, 3)


def test_an_analysis_whose_claim_was_taken_over_keeps_nothing(deliver, document, analyst, monkeypatch):
    monkeypatch.setattr(claims, "CLAIM", timedelta(0))
    analyst.let_go.clear()
    with ThreadPoolExecutor(1) as queue:
        first = queue.submit(deliver, document)
        assert analyst.began.wait(10)
        Document.objects.filter(pk=document.id).update(claim=uuid.uuid4())
        analyst.let_go.set()
        assert code_in(first.result()) == (503, "CALLBACK_NOT_NOW_001")
    assert (story_of(document), resources(document).count()) == (ANALYZED[:3], 0)


def test_a_process_that_leaves_puts_its_analysis_down(deliver, document, analyst):
    analyst.let_go.clear()
    with ThreadPoolExecutor(1) as queue:
        answer = queue.submit(deliver, document)
        assert analyst.began.wait(10)
        asyncio.run_coroutine_threadsafe(working.put_down(), analyst.loop).result(10)
        assert code_in(answer.result()) == (503, "CALLBACK_NOT_NOW_001")
    analyst.let_go.set()
    assert status_in(deliver(document)) == "done"
    assert story_of(document) == ANALYZED


def test_nothing_is_analyzed_without_consent_until_it_is_given_again(deliver, document, analyst):
    decide(document.patient, granted=False)
    assert status_in(deliver(document)) == "skipped"
    document.refresh_from_db()
    assert (document.status, story_of(document), analyst.questions) == ("parsed", READ, [])
    decide(document.patient, granted=True)
    resume_documents(document.patient)
    assert job_of(document, EXTRACT).status == JobStatus.WAITING
    assert status_in(deliver(document)) == "done"


def test_what_was_found_while_consent_was_withdrawn_is_not_kept(deliver, document, analyst):
    analyst.let_go.clear()
    with ThreadPoolExecutor(1) as queue:
        answer = queue.submit(deliver, document)
        assert analyst.began.wait(10)
        decide(document.patient, granted=False)
        analyst.let_go.set()
        assert status_in(answer.result()) == "skipped"
    document.refresh_from_db()
    assert (document.status, document.claim, resources(document).count()) == ("analyzing", None, 0)
    decide(document.patient, granted=True)
    resume_documents(document.patient)
    assert status_in(deliver(document)) == "done"
    assert story_of(document) == ANALYZED


def test_a_fault_of_ours_comes_again(deliver, document, analyst):
    analyst.fault = AnalysisFailed()
    assert code_in(deliver(document)) == (503, "CALLBACK_NOT_NOW_001")
    analyst.fault = None
    assert status_in(deliver(document)) == "done"
    assert story_of(document) == ANALYZED


def test_a_fault_of_ours_is_final_after_an_hour(callbacks, people, analyst):
    began = timezone.now() - timedelta(hours=1, seconds=1)
    document = read_document(people.patient(), status=DocumentStatus.ANALYZING, began_at=began)
    analyst.fault = AnalysisFailed()
    answer = callbacks.send(EXTRACT, {"document_id": document.id})
    assert code_in(answer) == (489, "CALLBACK_UNREADABLE_001")
    document.refresh_from_db()
    assert (document.status, document.reason, document.retryable) == ("failed", AnalysisFailed.reason, True)
    assert (story_of(document), job_of(document, EXTRACT).status) == ([*READ, "document_failed"], JobStatus.FAILED)


@pytest.mark.parametrize(
    ("given", "pages"),
    [(None, (TEXT,)), (" ", (TEXT,)), ("Left hip\fand right\x00", ("Left hip", "and right\ufffd"))],
)
def test_the_text_of_the_message_is_used_where_it_has_one(deliver, document, analyst, given, pages):
    assert status_in(deliver(document, extracted_text=given)) == "done"
    (question,) = analyst.questions
    assert (question.pages, question.locale, question.patient_id) == (pages, "en", document.patient_id)


def test_a_document_that_says_nothing_is_analyzed_all_the_same(deliver, document, analyst):
    analyst.findings = ()
    assert status_in(deliver(document)) == "done"
    assert story_of(document) == [*ANALYZED[:3], *ANALYZED[-2:]]
