"""The law: what a client knows after hearing the events is what it would fetch, whatever was done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from patients.documents.faults import Broken
from tests.patients.matching.records import TOLD
from tests.stories.journey import CONSENTS, Journey
from tests.webhooks.analyses import KNEE, METFORMIN, found

SURER = replace(METFORMIN, confidence=0.99, details={**METFORMIN.details, "dose_value": 500.0})
PAIN = found(KNEE.kind, KNEE.coding.system, "M25.561", "Pain in right knee")

DOCUMENTS = [
    ("consents", lambda it: it.decides(True, *CONSENTS)),
    ("tells of themself", lambda it: it.tells(country="US", procedure_interest="knee", preferences={"budget": "1"})),
    ("says it again", lambda it: it.tells(country="US")),
    ("is quarantined and released", lambda it: it.is_quarantined_and_released()),
    ("uploads a report", lambda it: it.uploads_a_document()),
    ("withdraws a consent", lambda it: it.decides(False, "clinical_data_processing")),
    ("has the report set aside", lambda it: it.has_it_read()),
    ("consents again", lambda it: it.decides(True, "clinical_data_processing")),
    ("has the report read", lambda it: it.has_it_read()),
    ("has the report analyzed", lambda it: it.has_it_analyzed(KNEE, METFORMIN)),
    ("has it analyzed once more", lambda it: it.has_it_analyzed(KNEE, METFORMIN)),
    ("uploads a letter", lambda it: it.uploads_a_document()),
    ("loses the letter's job", lambda it: it.loses_its_job("document-parse")),
    ("has it published again", lambda it: it.has_it_published_again("document-parse")),
    ("has the letter read", lambda it: it.has_it_read()),
    ("hears another dose, surer", lambda it: it.has_it_analyzed(SURER, PAIN)),
    ("uploads nonsense", lambda it: it.uploads_a_document()),
    ("has the nonsense read", lambda it: it.has_it_read(fault=Broken())),
]

CONVERSATION = [
    ("says hello unasked", lambda it: it.says("Hello")),
    ("consents", lambda it: it.decides(True, *CONSENTS)),
    ("says hello", lambda it: it.says("Hello")),
    ("tells of an illness", lambda it: it.says("I have diabetes, I take metformin 1000 mg twice daily")),
    ("tells it again", lambda it: it.says("I have diabetes, I take metformin 1000 mg twice daily")),
    ("takes more of it", lambda it: it.says("I take metformin 500 mg twice daily")),
    ("tells what they want", lambda it: it.says("I need a knee replacement in Turkey within 3 months")),
    ("tells of themself", lambda it: it.says("I was born on 12 April 1961")),
    ("changes a wish", lambda it: it.says("I want to go to Spain instead of Turkey")),
    ("calls for help", lambda it: it.says("I have chest pain now and I have diabetes")),
    ("uploads a report", lambda it: it.uploads_a_document()),
    ("sends it along", lambda it: it.says("Here are my lab results", attachments=[it.document.pk])),
    ("has it read", lambda it: it.has_it_read()),
    ("has it analyzed", lambda it: it.has_it_analyzed(SURER)),
    ("withdraws the consent", lambda it: it.decides(False, "clinical_data_processing")),
    ("says what nobody may keep", lambda it: it.says("I have asthma")),
]

MATCHES = [
    ("asks too early", lambda it: it.asks_for_a_match()),
    ("consents", lambda it: it.decides(True, *CONSENTS)),
    ("asks with too little said", lambda it: it.asks_for_a_match()),
    ("tells enough", lambda it: it.tells(**{**TOLD, "date_of_birth": "1961-04-12"})),
    ("asks again", lambda it: it.asks_for_a_match()),
    ("asks for a match that breaks", lambda it: it.asks_for_a_match_that_breaks()),
    ("is left without one", lambda it: it.is_left_without_a_match()),
    ("has it swept", lambda it: it.has_its_match_swept()),
    ("wants what nobody offers", lambda it: it.tells(procedure_interest="A new nose")),
    ("asks for it", lambda it: it.asks_for_a_match()),
]


@pytest.fixture
def journey(http, people, callbacks, monkeypatch):
    return Journey(http, people, callbacks, monkeypatch)


def walked(journey, steps):
    """Everything that was heard, by step; the law is looked at after each."""
    heard = {}
    for name, done in steps:
        done(journey)
        heard[name] = journey.listener.listen()
        assert (name, journey.listener.knows) == (name, journey.listener.fetched())
    return heard


def test_it_holds_after_every_step_of_a_document(journey):
    heard = walked(journey, DOCUMENTS)
    assert heard["has it analyzed once more"] == heard["says it again"] == []
    assert heard["loses the letter's job"] == ["document_failed"]
    assert heard["has the letter read"] == ["document_parsing", "document_parsed"]
    assert heard["hears another dose, surer"] == [
        "document_analyzing",
        *["fhir_resource_created"] * 2,
        *("ehr_conflict_detected", "clinical_entities_extracted", "document_analyzed", "intake_progress_updated"),
    ]
    assert len(journey.listener.knows["resources"]) == 3
    assert len(journey.listener.knows["contested"]) == 1


def test_it_holds_after_every_step_of_a_conversation(journey):
    heard = walked(journey, CONVERSATION)
    assert heard["says hello unasked"] == heard["says what nobody may keep"] == []
    assert heard["says hello"] == heard["calls for help"] == heard["tells it again"] == ["agent_response_generated"]
    told = heard["tells of an illness"]
    assert (told[0], told[-1]) == ("fhir_resource_created", "agent_response_generated")
    assert {"clinical_entities_extracted", "chat_data_collected", "intake_progress_updated"} < set(told)
    assert "clinical_entities_extracted" in heard["takes more of it"]
    for step in ("tells what they want", "tells of themself"):
        assert heard[step] == ["chat_data_collected", "intake_progress_updated", "agent_response_generated"]
    # Another country is as complete as the one before.
    assert heard["changes a wish"] == ["chat_data_collected", "agent_response_generated"]
    fields = journey.listener.knows["fields"]
    assert fields["demographics"]["date_of_birth"] == "1961-04-12"
    assert {one["key"]: one["value"] for one in fields["preferences"]}["destination"] == "Spain, except Turkey"


def test_it_holds_after_every_step_of_matching(journey):
    heard = walked(journey, MATCHES)
    stages = ["match_requested", *["match_stage_completed"] * 4, "match_completed"]
    assert heard["asks too early"] == []
    assert heard["asks with too little said"] == ["match_requested", "match_failed"]
    assert heard["asks again"] == heard["asks for it"] == stages
    assert heard["asks for a match that breaks"] == ["match_requested", *["match_stage_completed"] * 2, "match_failed"]
    assert heard["is left without one"] == ["match_requested", "match_stage_completed"]
    assert heard["has it swept"] == ["match_failed"]
    ranked = journey.listener.knows["matches"].values()
    assert sorted(len(providers) for providers in ranked) == [0, 0, 0, 0, 10]


def test_it_holds_for_who_came_while_an_answer_was_open(journey):
    journey.decides(True, *CONSENTS)
    journey.is_left_unanswered("I have diabetes and I want to go to Turkey")
    journey.listener.knows = journey.listener.fetched()
    (open_one,) = journey.listener.knows["processing"]
    journey.has_it_swept()
    heard = journey.keeps_the_law()
    assert (heard[0], heard[-1]) == ("fhir_resource_created", "agent_response_generated")
    assert journey.listener.knows["answers"][-1]["message_id"] == open_one
    assert journey.listener.knows["processing"] == set()


def test_it_holds_when_as_much_is_gained_as_lost(journey):
    journey.decides(True, *CONSENTS)
    journey.tells(country="US")
    journey.keeps_the_law()
    # A field of the demographics weighs as much as a preference: the sum stays, its parts don't.
    journey.tells(country=None, preferences={"destination": "Turkey"})
    assert journey.keeps_the_law() == ["intake_progress_updated"]
