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
from events.models import Job, JobStatus
from events.registry import DocumentParsed
from events.testing import assert_emitted
from patients.documents import claims, working
from patients.models import Document, DocumentStatus
from tests.waiting import wait_until
from tests.webhooks.callbacks import code_in, status_in
from tests.webhooks.documents import READ, job_of, story_of


def test_a_pdf_with_text_of_its_own_is_read(deliver, document):
    assert status_in(deliver(document)) == "done"
    document.refresh_from_db()
    assert (document.status, document.method, len(document.pages)) == ("parsed", "text", 1)
    assert "Kellgren" in document.pages[0]["text"]
    assert document.characters == len(document.pages[0]["text"])
    assert (document.claim, document.claimed_until) == (None, None)
    job = job_of(document)
    assert (job.status, job.deliveries) == (JobStatus.DONE, 1)


def test_clinical_text_is_to_be_analyzed(deliver, document):
    deliver(document)
    document.refresh_from_db()
    assert (document.clinical, job_of(document, "clinical-extract").body) == (True, {"document_id": document.id})


def test_a_few_words_are_not(deliver, document, reader):
    deliver(document)
    document.refresh_from_db()
    assert document.clinical is False
    assert not Job.objects.filter(patient_id=document.patient_id, kind="clinical-extract").exists()


def test_reading_is_told_on_the_stream_under_the_uploads_correlation_id(deliver, document, reader):
    by = {"correlation_id": "corr-upload", "actor_id": None, "source_service": "webhooks"}
    with assert_emitted(DocumentParsed, patient_id=document.patient_id, **by) as parsed:
        deliver(document, headers={"X-Correlation-ID": "corr-of-the-queue"})
    assert story_of(document) == READ
    assert parsed.payload == {
        "document_id": document.id,
        "filename": "knee-report.pdf",
        "status": "parsed",
        "pages": 2,
        "characters": 23,
        "method": "mixed",
        "confidence": 0.5,
        "page_confidence": [None, 0.5],
        "needs_review": [2],
        "clinical": False,
    }


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
    monkeypatch.setattr(working, "ANSWER_SECONDS", 0.5)
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
    monkeypatch.setattr(working, "CLAIM", timedelta(seconds=0.6))
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
        asyncio.run_coroutine_threadsafe(working.put_down(), reader.loop).result(10)
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
