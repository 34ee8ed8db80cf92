"""A long document is read page by page: each page is told when it is read, and read and told once."""

from __future__ import annotations

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Event, Job, JobStatus
from patients.documents import parsing, working
from patients.documents.pages import Page, Reading
from patients.documents.slot import SlotTaken
from patients.documents.waiting import resume_documents
from patients.models import Document, DocumentStatus
from tests.waiting import wait_until
from tests.webhooks.callbacks import code_in, status_in
from tests.webhooks.documents import job_of, upload
from tests.webhooks.test_document_consent import decide

SURE = [0.99, 0.98, 0.5, 0.97]
SCANNED = [Page(f"page {number}", sure, "ocr") for number, sure in enumerate(SURE, 1)]
OWN = Page("its own text", None, "text")


@pytest.fixture
def reader(reader):
    reader.reading = Reading(tuple(SCANNED), "ocr")
    return reader


def told(document):
    """Number, count and confidence of each page that was told, in the order of the stream."""
    parsing = Event.objects.filter(
        patient_id=document.patient_id, event_type="document_parsing", payload__document_id=document.id
    )
    return [
        (event.payload["page"], event.payload["pages"], event.payload["confidence"])
        for event in parsing.order_by("position")
        if "page" in event.payload
    ]


@pytest.fixture
def reading(deliver, document, reader):
    """A delivery that is under way and has come to a page: `with reading(stops_at=3) as answer`."""

    @contextmanager
    def under_way(*, stops_at):
        reader.stops_at = stops_at
        with ThreadPoolExecutor(1) as queue:
            try:
                answer = queue.submit(deliver, document)
                wait_until(lambda: kept(document)[1] == stops_at - 1)
                yield answer
            finally:
                reader.go_on.set()

    return under_way


ALL = [(number, 4, sure) for number, sure in enumerate(SURE, 1)]


def kept(document):
    stored = Document.objects.get(pk=document.id)
    return stored.status, stored.pages_read, stored.page_count, [page["text"] for page in stored.pages or ()]


def listed(http, people, document):
    headers = people.patient_headers(document.patient)
    (entry,) = http.get(f"/api/v1/patients/{document.patient_id}/documents", headers=headers).json()["data"]
    (same,) = http.get(f"/api/v1/patients/{document.patient_id}/summary", headers=headers).json()["data"]["summary"][
        "documents"
    ]
    assert entry == same
    return {name: entry[name] for name in ("status", "pages", "pages_read", "page_confidence", "needs_review")}


def test_each_page_is_told_when_it_was_read(deliver, document, reader):
    assert status_in(deliver(document)) == "done"
    assert told(document) == ALL
    parsed = Event.objects.get(patient_id=document.patient_id, event_type="document_parsed").payload
    assert (parsed["pages"], parsed["page_confidence"], parsed["needs_review"]) == (4, SURE, [3])


def test_the_beginning_is_told_as_of_any_document(deliver, document, reader):
    deliver(document)
    begun = Event.objects.filter(patient_id=document.patient_id, event_type="document_parsing").earliest("position")
    assert begun.payload == {"document_id": document.id, "filename": "knee-report.pdf", "status": "parsing"}


def test_the_list_shows_the_pages_read_so_far(document, reader, reading, http, people):
    with reading(stops_at=3) as answer:
        half = listed(http, people, document)
        reader.go_on.set()
        assert status_in(answer.result()) == "done"
    unread = {"page_confidence": [], "needs_review": []}
    assert half == {"status": "parsing", "pages": 4, "pages_read": 2, **unread}
    read = {"page_confidence": SURE, "needs_review": [3]}
    assert listed(http, people, document) == {"status": "parsed", "pages": 4, "pages_read": 4, **read}


def test_pages_with_text_of_their_own_are_told_with_the_next_one(deliver, document, reader):
    reader.reading = Reading((OWN, OWN, SCANNED[0], OWN, OWN), "mixed")
    deliver(document)
    assert (told(document), kept(document)[1:3]) == ([(3, 5, 0.99)], (5, 5))


def test_a_short_document_is_told_as_a_whole(deliver, document, reader):
    reader.reading = Reading(tuple(SCANNED[:2]), "ocr")
    deliver(document)
    assert (told(document), kept(document)[:3]) == ([], ("parsed", 2, 2))


def test_a_server_that_leaves_keeps_what_it_has_read(deliver, document, reader, reading):
    with reading(stops_at=4) as answer:
        asyncio.run_coroutine_threadsafe(working.put_down(), reader.loop).result(10)
        assert code_in(answer.result()) == (503, "CALLBACK_NOT_NOW_001")
    reader.stops_at = 0
    assert status_in(deliver(document)) == "done"
    assert (reader.turned, told(document)) == ([1, 2, 3, 4], ALL)


def test_a_reader_that_dies_loses_no_page(deliver, document, reader):
    reader.reading = Reading(tuple(SCANNED[:3]), "ocr")
    reader.dies_behind = 2
    assert code_in(deliver(document)) == (503, "CALLBACK_NOT_NOW_001")
    reader.dies_behind = 0
    assert status_in(deliver(document)) == "done"
    assert (reader.turned, told(document)) == ([1, 2, 3], [(1, 3, 0.99), (2, 3, 0.98), (3, 3, 0.5)])


def test_a_fault_of_ours_is_not_final_while_pages_are_read(deliver, people, reader):
    long_ago = timezone.now() - timedelta(hours=1, seconds=1)
    document = upload(people.patient(), status=DocumentStatus.PARSING, began_at=long_ago)
    reader.dies_behind = 1
    assert code_in(deliver(document)) == (503, "CALLBACK_NOT_NOW_001")
    assert kept(document)[:2] == ("parsing", 1)


def test_five_deliveries_at_once_tell_each_page_once(deliver, document, reader):
    reader.let_go.clear()
    with ThreadPoolExecutor(5) as queue:
        answers = [queue.submit(deliver, document) for _ in range(5)]
        wait_until(lambda: job_of(document).deliveries == 5)
        reader.let_go.set()
        outcomes = sorted(status_in(answer.result()) for answer in answers)
    assert outcomes == ["done"] + ["duplicate"] * 4
    assert (reader.turned, told(document)) == ([1, 2, 3, 4], ALL)


def test_a_page_read_by_who_lost_the_claim_is_neither_kept_nor_told(deliver, document, reader, reading):
    with reading(stops_at=3) as answer:
        # Another delivery took over, and died.
        Document.objects.filter(pk=document.id).update(claim=uuid.uuid4(), claimed_until=timezone.now())
        reader.go_on.set()
        assert code_in(answer.result()) == (503, "CALLBACK_NOT_NOW_001")
    assert (kept(document), told(document)) == (("parsing", 2, 4, ["page 1", "page 2"]), ALL[:2])
    assert status_in(deliver(document)) == "done"
    assert (kept(document)[:3], told(document)) == (("parsed", 4, 4), ALL)


def test_pages_read_while_consent_was_withdrawn_are_not_kept(deliver, document, reader, reading):
    with reading(stops_at=3) as answer:
        decide(document.patient, granted=False)
        reader.go_on.set()
        assert status_in(answer.result()) == "skipped"
    assert (kept(document), told(document)) == (("parsing", 2, 4, ["page 1", "page 2"]), ALL[:2])
    reader.stops_at = 0
    decide(document.patient, granted=True)
    resume_documents(document.patient)
    assert status_in(deliver(document)) == "done"
    assert told(document) == ALL


class TestOneThatTakesLongerThanTheQueueWaits:
    @pytest.fixture(autouse=True)
    def _a_page_for_each_delivery(self, monkeypatch, reader):
        monkeypatch.setattr(parsing, "BEGIN_SECONDS", -1.0)

    def test_it_is_read_by_several_deliveries(self, deliver, document, reader):
        for number in (1, 2, 3):
            assert status_in(deliver(document)) == "done"
            assert kept(document)[:2] == ("parsing", number)
            assert Document.objects.get(pk=document.id).claim is None
            # Sent to the queue anew, so that no number of parts uses up its tries.
            assert job_of(document).status == JobStatus.WAITING
        assert status_in(deliver(document)) == "done"
        assert (kept(document)[0], job_of(document).status) == ("parsed", JobStatus.DONE)
        assert (reader.turned, told(document)) == ([1, 2, 3, 4], ALL)

    def test_it_has_one_effect_for_any_number_of_them(self, deliver, document, reader):
        with ThreadPoolExecutor(5) as queue:
            outcomes = [status_in(answer) for answer in queue.map(deliver, [document] * 9)]
        assert outcomes.count("done") == 4
        assert outcomes.count("duplicate") == 5
        assert (reader.turned, told(document)) == ([1, 2, 3, 4], ALL)

    def test_a_part_done_is_no_try_in_vain(self, deliver, document, reader):
        Job.objects.filter(pk=job_of(document).pk).update(attempts=4, last_error="QueueUnavailable")
        deliver(document)
        job = job_of(document)
        assert (job.attempts, job.last_error) == (0, "")

    def test_without_a_job_on_its_way_whoever_sent_it_is_to_send_it_again(self, deliver, document, reader):
        Job.objects.filter(pk=job_of(document).pk).update(status=JobStatus.DONE)
        answers = [deliver(document) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [503, 503, 503, 200]
        assert told(document) == ALL


def test_a_delivery_that_never_got_its_turn_comes_again_and_has_not_failed(deliver, document, reader):
    reader.fault = SlotTaken()
    assert status_in(deliver(document)) == "done"
    assert (job_of(document).status, kept(document)[0]) == (JobStatus.WAITING, "parsing")
    reader.fault = None
    assert status_in(deliver(document)) == "done"
    assert kept(document)[0] == "parsed"
