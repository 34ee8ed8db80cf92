"""A patient talks to the agent; the record listens."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from events.registry import AgentResponseGenerated, ChatDataCollected, ChatMessageSent, IntakeProgressUpdated
from events.testing import StreamClient, captured_events
from patients.models import FhirResource, Patient
from tests.patients.chat.talk import Device, asks, questions
from tests.people import People

TELLING = "I have diabetes and mild hypertension, I take metformin 1000 mg twice daily"
Stream = Callable[..., StreamClient]


def test_a_message_is_answered_in_the_contract_s_form(device: Device) -> None:
    answer = device.say("Hello")
    assert list(answer) == [
        "message_id",
        "role",
        "agent_name",
        "content",
        "content_type",
        "suggested_actions",
        "metadata",
    ]
    assert (answer["role"], answer["agent_name"], answer["content_type"]) == ("agent", "intake", "text")
    assert answer["metadata"] == {
        "intake_progress": device.summary()["intake_progress"]["progress"],
        "documents_processing": 0,
    }
    assert (
        answer["content"]
        == "Hello, Test. It is good to hear from you. Which treatment or operation are you looking for?"
    )
    assert answer["suggested_actions"] == [{"action": "skip:procedure", "label": "I'd rather not say"}]


def test_what_a_message_tells_is_in_the_record_before_it_is_answered(device: Device, patient: Patient) -> None:
    before = device.summary()["intake_progress"]["progress"]
    with captured_events(patient_id=patient.id) as captured:
        answer = device.say(TELLING)
    summary = device.summary()
    assert {entry["code"] for entry in summary["conditions"]} == {"E11", "I10"}
    assert [entry["display"] for entry in summary["medications"]] == ["metformin"]
    assert {entry["source"] for entry in summary["conditions"]} == {"chat"}
    assert answer["metadata"]["intake_progress"] == summary["intake_progress"]["progress"] > before
    assert answer["content"].startswith("Thank you. I have noted diabetes, hypertension and metformin.")
    told = captured.types()
    assert (told[0], told[-1]) == ("chat_message_sent", "agent_response_generated")
    assert {"chat_data_collected", "clinical_entities_extracted", "intake_progress_updated"} < set(told)
    (message,), (collected,) = captured.of(ChatMessageSent), captured.of(ChatDataCollected)
    message_id = message.payload["message_id"]
    assert collected.payload == {"message_id": message_id, "categories": ["medical_history"]}
    types = {row.resource_type for row in FhirResource.objects.filter(patient=patient, source_id=message_id)}
    assert types == {"Condition", "MedicationStatement"}


def test_what_was_told_before_is_told_as_new_only_once(device: Device, patient: Patient) -> None:
    device.say(TELLING)
    with captured_events(patient_id=patient.id) as captured:
        device.say(TELLING)
    assert captured.types() == ["chat_message_sent", "agent_response_generated"]


def test_small_talk_leaves_nothing_but_the_conversation(device: Device, patient: Patient) -> None:
    with captured_events(patient_id=patient.id) as captured:
        device.say("Hello")
    assert captured.types() == ["chat_message_sent", "agent_response_generated"]


def test_fields_and_preferences_go_into_the_record(device: Device, patient: Patient) -> None:
    with captured_events(patient_id=patient.id) as captured:
        device.say("I need a knee replacement in Turkey within 3 months. I was born on 12 April 1961")
    patient.refresh_from_db()
    assert patient.procedure_interest == "Total knee replacement"
    assert str(patient.date_of_birth) == "1961-04-12"
    assert patient.preferences == {"destination": "Turkey", "timeframe": "3 months"}
    assert captured.of(ChatDataCollected, categories=["demographics", "procedure_specific", "preferences"])
    assert len(captured.of(IntakeProgressUpdated)) == 1
    assert captured.types()[-1] == "agent_response_generated"


def test_the_conversation_goes_through_the_gaps_one_at_a_time(device: Device) -> None:
    said = {
        "procedure": "Total knee replacement",
        "documents": "Not now",
        "conditions": "Diabetes",
        "medications": "metformin 1000 mg twice daily",
        "allergies": "No",
        "surgeries": "No",
        "date_of_birth": "12 April 1961",
        "sex": "Female",
        "destination": "Turkey",
        "timeframe": "Within 3 months",
        "companion": "my wife",
        "budget": "12000 dollars",
    }
    answer, asked = device.say("Hello"), []
    while asks(answer):
        assert questions(answer) == 1
        (topic,) = asks(answer)
        asked.append(topic)
        answer = device.say(said[topic])
    assert asked == list(said)
    assert [one["action"] for one in answer["suggested_actions"]] == ["request_match"]
    assert {entry["key"]: entry["value"] for entry in device.summary()["preferences"]} == {
        "destination": "Turkey",
        "timeframe": "3 months",
        "companion": "my wife",
        "budget": "12000 USD",
    }


def test_the_thread_is_what_the_log_says(device: Device, patient: Patient) -> None:
    with captured_events(patient_id=patient.id) as captured:
        answers = [device.say(message) for message in ("Hello", TELLING)]
    thread = device.thread()
    assert [entry["role"] for entry in thread] == ["patient", "agent", "patient", "agent"]
    assert [entry["content"] for entry in thread] == ["Hello", answers[0]["content"], TELLING, answers[1]["content"]]
    told, answered = captured.of(ChatMessageSent), captured.of(AgentResponseGenerated)
    assert [entry["message_id"] for entry in thread[::2]] == [event.payload["message_id"] for event in told]
    assert [entry["message_id"] for entry in thread[1::2]] == [event.payload["message_id"] for event in answered]
    assert list(thread[0]) == [
        "message_id",
        "role",
        "agent_name",
        "content",
        "content_type",
        "suggested_actions",
        "created_at",
    ]
    assert (thread[0]["agent_name"], thread[1]["agent_name"]) == (None, "intake")
    assert thread[1]["suggested_actions"] == answers[0]["suggested_actions"]


def test_the_thread_is_paged_backwards_without_a_gap(device: Device) -> None:
    for number in range(4):
        device.say(f"Hello {number}")
    whole = device.thread()
    pages, before = [], None
    while True:
        page = device.page(limit=3, **({"before": before} if before else {}))
        pages = page["data"] + pages
        before = page["meta"]["next"]
        if before is None:
            break
    assert pages == whole
    assert device.page(before="msg_unknown") | {"meta": None} == {"data": [], "meta": None, "errors": []}
    assert len(device.thread(limit=1)) == 1


@pytest.mark.parametrize(
    ("locale", "begins"),
    [
        (None, "Hola, Test."),
        ("en", "Hello, Test."),
        ("es-MX", "Hola, Test."),
        ("ar", "مرحبًا Test."),
        ("tr", "Hello, Test."),
        ("xx", "Hola, Test."),
    ],
)
def test_the_answer_is_in_the_client_s_language_or_the_patient_s(
    http: httpx.Client, people: People, locale: str | None, begins: str
) -> None:
    patient = people.patient(locale="es")
    with captured_events(patient_id=patient.id) as captured:
        answer = Device(http, people, patient, locale=locale).say("Hola")
    assert answer["content"].startswith(begins)
    expected = {None: "es", "es-MX": "es", "xx": "es"}.get(locale, locale)
    assert {event.locale for event in captured.committed} == {expected}


def test_an_emergency_gets_the_country_s_number_and_nothing_else(device: Device, patient: Patient) -> None:
    with captured_events(patient_id=patient.id) as captured:
        answer = device.say("I have chest pain now and I have diabetes")
    assert "911" in answer["content"]
    assert (answer["suggested_actions"], questions(answer)) == ([], 0)
    assert captured.types() == ["chat_message_sent", "agent_response_generated"]
