"""Signed messages that say too little, too much, or nothing that makes sense."""

from __future__ import annotations

import pytest

from events.models import JobStatus
from events.registry import DocumentParsed
from events.testing import assert_emitted
from patients.models import DocumentStatus
from tests.webhooks.callbacks import code_in, status_in
from tests.webhooks.documents import job_of, upload


def test_a_message_with_the_document_alone_is_enough(callbacks, document, reader):
    with assert_emitted(DocumentParsed, document_id=document.id, correlation_id="corr-upload"):
        assert status_in(callbacks.send("document-parse", {"document_id": document.id, "later": 1})) == "done"
    assert job_of(document).status == JobStatus.DONE


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
