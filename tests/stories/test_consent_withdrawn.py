"""A patient withdraws their consent in the middle of everything, and gives it again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from events.log import StreamKey
from patients import live
from patients.models import Document
from tests.patients.matching.records import TOLD
from tests.people import SHARED
from tests.stories.journey import CONSENTS, Journey
from tests.webhooks.analyses import KNEE, METFORMIN
from tests.webhooks.callbacks import status_in

CLINICAL = "clinical_data_processing"


@pytest.fixture
def journey(http, people, callbacks, monkeypatch):
    it = Journey(http, people, callbacks, monkeypatch)
    it.decides(True, *CONSENTS)
    it.tells(**{**TOLD, "date_of_birth": "1961-04-12"})
    it.keeps_the_law()
    return it


def refusal(journey, method, path, body):
    answer = journey.send(method, path, body)
    error = answer.json()["errors"][0]
    return answer.status_code, error["code"], error.get("reason")


def test_everything_that_needs_it_stops_and_what_is_there_stays_readable(journey):
    journey.uploads_a_document()
    journey.has_it_read()
    journey.decides(False, CLINICAL)
    before = journey.keeps_the_law()
    assert before[-1] == "intake_progress_updated"
    of = f"patients/{journey.patient.id}"
    upload = {"patient_id": journey.patient.id, "filename": "a.pdf", "content_type": "application/pdf", "size": 2000}
    needing = [
        ("POST", f"{of}/chat", {"message": "I have asthma"}),
        ("POST", f"{of}/match", {}),
        ("POST", "uploads/presign", upload),
        ("POST", "uploads/confirm", {"document_id": journey.document.pk}),
    ]
    for asked in needing:
        assert refusal(journey, *asked) == (403, "CONSENT_REQUIRED_001", CLINICAL)
    (job,) = journey.jobs("clinical-extract")
    assert status_in(journey.callbacks.send("clinical-extract", job.message())) == "skipped"
    assert journey.analyst.questions == []
    assert journey.keeps_the_law() == []
    assert [one["status"] for one in journey.listener.get("summary")["summary"]["documents"]] == ["parsed"]


@pytest.mark.parametrize("kind", ["document-parse", "clinical-extract"])
def test_what_was_under_way_is_not_kept_and_is_done_when_it_is_given_again(journey, kind):
    journey.uploads_a_document()
    at_work = journey.reader
    if kind == "clinical-extract":
        journey.has_it_read()
        journey.analyst.findings, at_work = (KNEE, METFORMIN), journey.analyst
    journey.keeps_the_law()
    at_work.began.clear()
    at_work.let_go.clear()
    (job,) = journey.jobs(kind)
    with ThreadPoolExecutor(1) as queue:
        answer = queue.submit(journey.callbacks.send, kind, job.message())
        assert at_work.began.wait(10)
        journey.decides(False, CLINICAL)
        at_work.let_go.set()
        assert status_in(answer.result(30)) == "skipped"
    journey.keeps_the_law()
    stored = Document.objects.get(pk=journey.document.pk)
    # It waits where it was: nothing was told of it since.
    assert (stored.status, stored.claim) == ({"document-parse": "parsing", "clinical-extract": "analyzing"}[kind], None)
    assert live.busy([StreamKey(SHARED, journey.patient.id)]) == set()
    assert journey.listener.knows["resources"] == set()

    journey.decides(True, CLINICAL)
    if kind == "document-parse":
        journey.has_it_read()
    journey.has_it_analyzed(KNEE, METFORMIN)
    heard = journey.keeps_the_law()
    assert heard[-2:] == ["document_analyzed", "intake_progress_updated"]
    assert len(journey.listener.knows["resources"]) == 2
    assert journey.listener.knows["processing"] == set()


def test_a_match_that_is_being_made_ends_when_its_consent_goes(journey, monkeypatch):
    from patients.matching import service

    def score(*given):
        journey.decides(False, "cross_border_transfer")
        return really(*given)

    really = service.score
    monkeypatch.setattr(service, "score", score)
    journey.asks_for_a_match()
    heard = journey.keeps_the_law()
    assert (heard[0], heard[-1]) == ("match_requested", "match_failed")
    assert heard.count("match_stage_completed") == 2
    assert journey.listener.knows["match"] is None
