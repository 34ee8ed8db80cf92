"""A message whose process died is answered all the same, once, and none is tried for ever."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.db import OperationalError, connection, connections

from curaway import context
from events import emit_event
from events.log import StreamKey
from events.registry import AgentResponseGenerated, ChatDataCollected, ChatMessageSent
from events.testing import assert_emitted, assert_not_emitted, captured_events
from patients import live
from patients.chat import ids, service
from patients.chat.sweep import answer_unanswered
from patients.models import Consent, Patient
from tests.patients.chat.talk import Device
from tests.people import People


@pytest.fixture(autouse=True)
def _nobody_else_s(database: None) -> None:
    answer_unanswered(dead_after_seconds=0)


def left(patient: Patient, content: str = "I have diabetes") -> str:
    """A message as a process leaves it that dies before it answers."""
    message_id = ids.new_message_id()
    with context.serving(context.RequestContext(correlation_id="corr-left", actor_id="user_left", locale="es")):
        emit_event(
            "chat_message_sent",
            patient.tenant_id,
            patient.id,
            {"message_id": message_id, "role": "patient", "content": content},
        )
    return message_id


def test_it_is_answered_under_its_own_correlation_and_language(http: httpx.Client, people: People) -> None:
    patient = people.patient()
    message_id = left(patient)
    assert live.busy([StreamKey(patient.tenant_id, patient.id)])
    assert answer_unanswered() == 0
    said = {"message_id": ids.answer_id_for(message_id), "patient_id": patient.id}
    asked = {"correlation_id": "corr-left", "actor_id": "user_left", "locale": "es"}
    with assert_emitted(AgentResponseGenerated, **said, **asked) as answer:
        assert answer_unanswered(dead_after_seconds=0) == 1
    assert not live.busy([StreamKey(patient.tenant_id, patient.id)])
    assert answer.payload["content"].startswith("Gracias. He anotado diabetes.")
    assert [entry["code"] for entry in Device(http, people, patient).summary()["conditions"]] == ["E11"]
    assert answer_unanswered(dead_after_seconds=0) == 0


def test_two_sweeps_at_once_answer_once(people: People) -> None:
    patients = [people.patient() for _ in range(4)]
    for patient in patients:
        left(patient)

    def sweep(_: int) -> None:
        try:
            answer_unanswered(dead_after_seconds=0)
        finally:
            connections.close_all()

    with captured_events() as captured, ThreadPoolExecutor(2) as both:
        list(both.map(sweep, range(2)))
    for patient in patients:
        assert len(captured.of(AgentResponseGenerated, patient_id=patient.id)) == 1
        assert len(captured.of(ChatDataCollected, patient_id=patient.id)) == 1


def test_a_message_that_can_t_be_read_is_apologized_for(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = people.patient()
    left(patient)
    monkeypatch.setattr(service, "gather", lambda *_, **__: 1 / 0)
    with assert_emitted(AgentResponseGenerated, patient_id=patient.id) as answer:
        assert answer_unanswered(dead_after_seconds=0) == 1
    assert answer.payload["content"].startswith("Lo siento, algo ha fallado")
    assert answer_unanswered(dead_after_seconds=0) == 0


def test_the_databases_trouble_passes_and_the_message_is_answered_then(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = people.patient()
    left(patient)

    def held(*_: Any, **__: Any) -> Any:
        raise OperationalError("canceling statement due to lock timeout")

    with monkeypatch.context() as meanwhile, pytest.raises(OperationalError):
        meanwhile.setattr(service, "gather", held)
        answer_unanswered(dead_after_seconds=0)
    with assert_emitted(AgentResponseGenerated, patient_id=patient.id) as answer:
        assert answer_unanswered(dead_after_seconds=0) == 1
    assert not answer.payload["content"].startswith("Lo siento, algo ha fallado")


def test_who_withdrew_the_consent_is_left_alone(people: People) -> None:
    patient = people.patient()
    left(patient)
    Consent.objects.create(
        patient=patient, tenant_id=patient.tenant_id, purpose="clinical_data_processing", granted=False
    )
    with assert_not_emitted(patient_id=patient.id):
        assert answer_unanswered(dead_after_seconds=0) == 0


def test_a_message_counts_as_being_processed_for_two_minutes_at_most(people: People) -> None:
    patient = people.patient()
    said = ChatMessageSent(message_id=ids.new_message_id(), role="patient", content="Hello").model_dump()
    with connection.cursor() as sql:
        sql.execute(
            "INSERT INTO events (event_type, tenant_id, patient_id, payload, correlation_id, created_at) "
            "VALUES ('chat_message_sent', %s, %s, %s, 'c', now() - interval '121 seconds')",
            [patient.tenant_id, patient.id, json.dumps(said)],
        )
    key = StreamKey(patient.tenant_id, patient.id)
    assert (live.busy([key]), live.snapshot(key).summary["processing"]) == (set(), [])


def test_messages_that_may_not_be_answered_keep_nobody_waiting(people: People) -> None:
    silenced = [people.patient(consented=False) for _ in range(25)]
    for patient in silenced:
        left(patient)
    waiting = people.patient()
    left(waiting)
    with captured_events() as captured:
        assert answer_unanswered(dead_after_seconds=0) == 1
    assert {event.patient_id for event in captured.committed} == {waiting.id}
    assert len(captured.of(AgentResponseGenerated)) == 1
