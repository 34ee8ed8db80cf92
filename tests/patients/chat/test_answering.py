"""Every message is answered once, in one order, whatever happens on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import emit_event
from events.log import StreamKey
from events.registry import ChatMessageSent, ClinicalEntitiesExtracted
from events.testing import StreamClient, assert_emitted, captured_events
from patients import live
from patients.chat import answering, ids
from patients.models import IdempotencyKey, Patient
from tests.patients.chat.talk import Device, asks
from tests.people import People

TELLING = "I have diabetes and mild hypertension, I take metformin 1000 mg twice daily"
Stream = Callable[..., StreamClient]


def key(patient: Patient) -> StreamKey:
    return StreamKey(patient.tenant_id, patient.id)


def test_the_answer_is_heard_live(device: Device, patient: Patient, stream: Stream) -> None:
    listening = stream(patient, follow=True, types="agent_response")
    listening.connected()
    answer = device.say(TELLING)
    heard = listening.next()
    assert (heard.event, heard.data["event_type"]) == ("agent_response", "agent_response_generated")
    assert heard.data["payload"] == {
        name: answer[name] for name in ("message_id", "agent_name", "content", "content_type", "suggested_actions")
    }


def test_two_devices_at_once_are_both_answered_in_one_order(
    http: httpx.Client, people: People, patient: Patient
) -> None:
    devices = [Device(http, people, patient) for _ in range(2)]
    messages = ["I have diabetes", "I take metformin 1000 mg twice daily", "Hello", "I live with pain"] * 2
    with captured_events(patient_id=patient.id) as captured, ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda told: devices[told[0] % 2].say(told[1]), enumerate(messages)))
    thread = devices[0].thread()
    assert thread == devices[1].thread()
    assert sorted(entry["content"] for entry in thread if entry["role"] == "patient") == sorted(messages)
    answered = [entry["message_id"] for entry in thread if entry["role"] == "agent"]
    assert sorted(answered) == sorted(answer["message_id"] for answer in answers)
    assert len(set(answered)) == len(messages)
    # The questions follow each other as if one device had asked: nothing three times, nothing known.
    asked = [topic for entry in thread for topic in asks(entry)]
    assert all(asked.count(topic) <= 2 for topic in asked)
    positions = sorted(event.position for event in captured.committed if event.position is not None)
    assert positions == list(range(1, len(positions) + 1))
    assert {entry["code"] for entry in devices[0].summary()["conditions"]} == {"E11"}


def test_a_message_sent_twice_with_its_key_is_said_once(device: Device, patient: Patient) -> None:
    keyed = {"X-Idempotency-Key": "message-1"}
    first, second = device.post(TELLING, **keyed), device.post(TELLING, **keyed)
    assert first.content == second.content
    assert second.headers["Idempotency-Replayed"] == "true"
    assert device.post("something else", **keyed).status_code == 409
    assert len(device.thread()) == 2


def test_a_repetition_after_a_crash_goes_on_where_it_ended(
    device: Device, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed = {"X-Idempotency-Key": "message-1"}
    with assert_emitted(ClinicalEntitiesExtracted, patient_id=patient.id):
        with monkeypatch.context() as broken:
            broken.setattr(answering, "say", lambda *_, **__: 1 / 0)
            assert device.post(TELLING, **keyed).status_code == 500
        assert live.busy([key(patient)]) == {key(patient)}
        assert device.post(TELLING, **keyed).status_code == 200
    assert live.busy([key(patient)]) == set()
    assert [entry["role"] for entry in device.thread()] == ["patient", "agent"]


def test_a_key_that_is_used_again_after_a_day_is_another_message(
    device: Device, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed = {"X-Idempotency-Key": "message-1"}
    device.say("Hello", **keyed)
    IdempotencyKey.objects.filter(subject=patient.subject).delete()
    later = timezone.now() + timedelta(hours=25)
    monkeypatch.setattr("patients.chat.sending.timezone.now", lambda: later)
    device.say("Hello", **keyed)
    thread = device.thread()
    assert [entry["role"] for entry in thread] == ["patient", "agent"] * 2
    assert len({entry["message_id"] for entry in thread}) == 4


def test_a_message_counts_as_being_processed_until_it_is_answered(
    device: Device, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    gathered, finish = threading.Event(), threading.Event()
    record = answering._record

    def slowly(*args: Any, **kwargs: Any) -> Any:
        gathered.set()
        assert finish.wait(10)
        return record(*args, **kwargs)

    monkeypatch.setattr(answering, "_record", slowly)
    with ThreadPoolExecutor(1) as other:
        answer = other.submit(device.say, "Hello")
        assert gathered.wait(10)
        assert live.busy([key(patient)]) == {key(patient)}
        (open_one,) = device.summary()["processing"]
        finish.set()
        told = answer.result()
    assert open_one == {"kind": "answer", "id": told["message_id"], "status": "answering"}
    assert live.busy([key(patient)]) == set()
    assert device.summary()["processing"] == []


def test_the_summary_names_all_open_answers_without_another_statement(people: People) -> None:
    quiet, busy = people.patient(), people.patient()
    for number in range(2):
        fact = {"message_id": f"msg_{busy.id}_{number}", "role": "patient", "content": "Hello"}
        emit_event("chat_message_sent", busy.tenant_id, busy.id, fact)
    with CaptureQueriesContext(connection) as asked:
        assert live.snapshot(key(quiet)).summary["processing"] == []
    of_quiet = len(asked)
    with CaptureQueriesContext(connection) as asked:
        told = live.snapshot(key(busy)).summary["processing"]
    assert [entry["id"] for entry in told] == [f"ans_{busy.id}_0", f"ans_{busy.id}_1"]
    assert len(asked) == of_quiet <= 6
    assert live.busy([key(quiet), key(busy)]) == {key(busy)}


def test_ids_tell_which_answer_is_whose(device: Device, patient: Patient) -> None:
    with assert_emitted(ChatMessageSent, patient_id=patient.id) as message:
        answer = device.say("Hello")
    assert answer["message_id"] == ids.answer_id_for(message.payload["message_id"])
