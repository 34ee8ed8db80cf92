"""A long scan: what is heard while it is read is what would be fetched, page by page, whatever happens in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.utils import timezone

from events.models import Event
from patients.documents import parsing
from patients.documents.faults import ReaderCrashed
from patients.documents.pages import Page, Reading
from patients.models import Document
from tests.data import letters
from tests.stories.journey import CONSENTS, Journey
from tests.stories.test_crashes import KEYS, kill
from tests.waiting import wait_until
from tests.webhooks.callbacks import Callbacks, status_in
from tests.webhooks.documents import job_of, upload

TEXT = "Osteoarthritis of the right knee, and metformin 1000 mg twice daily. "
PAGES = [Page(f"{TEXT}{number}", sure, "ocr") for number, sure in enumerate((0.99, 0.7, 0.97, 0.96), 1)]
PROGRESS = ("status", "pages", "pages_read")


@pytest.fixture
def journey(http, people, callbacks, monkeypatch):
    monkeypatch.setattr(parsing, "BEGIN_SECONDS", -1.0)  # a page for each delivery
    it = Journey(http, people, callbacks, monkeypatch)
    it.reader.reading = Reading(tuple(PAGES), "ocr")
    it.decides(True, *CONSENTS)
    it.uploads_a_document()
    it.keeps_the_law()
    return it


def known(journey):
    document = journey.listener.knows["documents"][journey.document.pk]
    return tuple(document[name] for name in PROGRESS)


def test_the_law_holds_after_every_page(journey):
    heard = []
    for number in (1, 2, 3):
        journey.has_it_read()
        heard += journey.keeps_the_law()
        assert known(journey) == ("parsing", 4, number)
    journey.has_it_read()
    heard += journey.keeps_the_law()
    assert known(journey) == ("parsed", 4, 4)
    assert heard == ["document_parsing"] * 5 + ["document_parsed"]
    assert journey.listener.knows["documents"][journey.document.pk]["needs_review"] == [2]


def test_it_never_goes_back(journey):
    steps = [
        lambda: journey.has_it_read(),
        lambda: journey.decides(False, CONSENTS[0]),
        lambda: journey.has_it_read(),
        lambda: journey.decides(True, CONSENTS[0]),
        lambda: journey.has_it_read(fault=ReaderCrashed()),
        lambda: journey.has_it_read(),
        lambda: journey.loses_its_job("document-parse"),
        lambda: journey.has_it_published_again("document-parse"),
        lambda: journey.has_it_read(),
        lambda: journey.has_it_read(),
    ]
    read = []
    for step in steps:
        step()
        journey.keeps_the_law()
        read.append(known(journey))
    assert [pages for _, _, pages in read] == [1, 1, 1, 1, 1, 2, 2, 2, 3, 4]
    assert [status for status, _, _ in read] == ["parsing"] * 6 + ["failed"] * 2 + ["parsing", "parsed"]


def told(document):
    begun = Event.objects.filter(patient_id=document.patient_id, event_type="document_parsing")
    return [event.payload.get("page", 0) for event in begun.order_by("position")]


@pytest.mark.timeout(300)
def test_a_server_is_killed_in_the_middle_of_a_fax_and_another_reads_the_rest(people, process_server, callbacks):
    document = upload(people.patient(), "long-fax.tif")
    with process_server(**KEYS) as server, ThreadPoolExecutor(1) as queue:
        answer = queue.submit(Callbacks(server.url).send, "document-parse", job_of(document).message())
        wait_until(lambda: Document.objects.get(pk=document.pk).pages_read == 2, seconds=120)
        kill(server)
        assert isinstance(answer.exception(60), httpx.TransportError)
    before = Document.objects.get(pk=document.pk)
    assert (before.status, before.page_count) == ("parsing", 4)
    assert told(document) == [0, *range(1, before.pages_read + 1)]
    Document.objects.filter(pk=document.pk).update(claimed_until=timezone.now())
    assert status_in(callbacks.send("document-parse", job_of(document).message(), timeout=150)) == "done"
    assert told(document) == [0, 1, 2, 3, 4]
    after = Document.objects.get(pk=document.pk)
    assert after.pages[: before.pages_read] == before.pages
    # Sent with half as many dots down as across: the names lose a letter, the figures and the rows do not.
    assert [figures(page["text"]) for page in after.pages] == [rows(lines) for lines in letters.LONG_FAX]


def figures(text):
    return [line.split()[1:] for line in text.splitlines()[-2:]]


def rows(lines):
    return [[words.replace(letters.DASH, "-") for _, words in line.cells[1:]] for line in lines[-2:]]
