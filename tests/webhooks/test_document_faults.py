"""What cannot be read fails once and for good; what is our fault is tried again."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from events.models import JobStatus
from events.registry import DocumentFailed
from events.testing import assert_emitted
from patients.documents.faults import Broken, ReaderCrashed
from patients.documents.storage import storage
from patients.models import DocumentStatus
from tests.webhooks.callbacks import code_in, status_in
from tests.webhooks.documents import FAILED, READ, job_of, story_of, upload


def test_a_document_that_cannot_be_read_has_failed_for_good(deliver, people):
    document = upload(people.patient(), "broken.pdf")
    with assert_emitted(DocumentFailed, document_id=document.id, reason=Broken.reason, retryable=False):
        answer = deliver(document)
    assert (code_in(answer), answer.headers["Upstash-NonRetryable-Error"]) == (
        (489, "CALLBACK_UNREADABLE_001"),
        "true",
    )
    document.refresh_from_db()
    assert (document.status, document.reason, document.retryable) == ("failed", Broken.reason, False)
    assert (story_of(document), job_of(document).status) == (FAILED, JobStatus.FAILED)


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
    began = timezone.now() - timedelta(hours=1, seconds=1)
    document = upload(people.patient(), status=DocumentStatus.PARSING, began_at=began)
    reader.fault = ReaderCrashed()
    assert code_in(deliver(document)) == (489, "CALLBACK_UNREADABLE_001")
    document.refresh_from_db()
    assert (document.status, document.retryable) == ("failed", True)


def test_a_document_whose_file_is_gone_has_failed(deliver, document):
    storage().path(document.storage_key).unlink()
    assert code_in(deliver(document)) == (489, "CALLBACK_UNREADABLE_001")
    assert story_of(document) == FAILED
