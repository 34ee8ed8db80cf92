"""A language model that is slow, hangs or never answers: patients wait for it, and nobody and nothing else does."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from events.log import StreamKey
from events.models import Event
from patients import live
from patients.chat import agent_llm
from patients.chat import service as chat
from patients.chat.sweep import answer_unanswered
from patients.language_model import asking
from patients.matching import explanation_llm
from patients.matching import service as matching
from patients.models import IdempotencyKey, Match, Patient
from patients.services.consent import Decision, record_consent
from tests.http_double import Answer, Request
from tests.patients.chat.model import ModelDouble
from tests.patients.chat.talk import Device, asks
from tests.patients.matching.records import ALL, told
from tests.patients.matching.records import facts as stages
from tests.people import People
from tests.waiting import wait_until

PATIENCE = 60.0
"""Longer than any test: what ends a wait here is never the clock."""

TELLING = "I have diabetes"


def facts(patient: Patient) -> list[str]:
    """Names of all that was recorded of the patient, in order."""
    return [event.event_type for event in events(patient)]


def events(patient: Patient, *types: str) -> list[Event]:
    found = Event.objects.filter(tenant_id=patient.tenant_id, patient_id=patient.id)
    return list((found.filter(event_type__in=types) if types else found).order_by("created_at", "id"))


class Model(ModelDouble):
    """A model that answers a chat in words of its own, and a match with the sentences it was given."""

    def answer(self, request: Request) -> Answer:
        asked = json.loads(json.loads(request.body)["messages"][0]["content"])
        if isinstance(asked, list):
            self.write = lambda _: json.dumps(asked)
            request = Request(request.method, request.path, request.headers, self._as_draft(request))
        return super().answer(request)

    @staticmethod
    def _as_draft(request: Request) -> bytes:
        body = json.loads(request.body)
        return json.dumps({**body, "messages": [{"role": "user", "content": '{"draft": ""}'}]}).encode()


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    """Hangs until `go_on` is set; asked by the suite's server for every chat and match, which wait as long."""
    with Model(lambda draft: json.dumps({"content": f"Lovely. {draft}"})) as double:
        double.slow = True
        ask = asking(api_key=double.key, instructions="", longest_answer=9, base_url=double.url)
        monkeypatch.setattr(chat, "wording", lambda _: agent_llm.worded(ask, seconds=PATIENCE))
        monkeypatch.setattr(matching, "rewording", lambda _: explanation_llm.reworded(ask, seconds=PATIENCE))
        yield double
        double.go_on.set()


@pytest.fixture
def many() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(24) as pool:
        yield pool


@pytest.fixture
def patient(people: People) -> Patient:
    return people.patient(procedure_interest="Hip replacement")


def is_asked(model: Model, times: int) -> None:
    wait_until(lambda: len(model.requests) == times, seconds=60)


def test_twenty_waiting_chats_delay_no_other_request(
    http: httpx.Client, people: People, model: Model, many: ThreadPoolExecutor
) -> None:
    devices = [Device(http, people, people.patient()) for _ in range(20)]
    waiting = [many.submit(device.say, TELLING) for device in devices]
    is_asked(model, 20)
    # All twenty wait for the model, which goes on only after this was answered.
    assert http.get("/ready").status_code == 200
    assert devices[0].summary()["processing"][0]["kind"] == "answer"
    assert [one.done() for one in waiting] == [False] * 20
    model.go_on.set()
    assert all(one.result(60)["content"].startswith("Lovely. ") for one in waiting)


def test_waiting_matches_delay_no_other_request(
    http: httpx.Client, people: People, model: Model, many: ThreadPoolExecutor
) -> None:
    patients = [told(people) for _ in range(6)]

    def ask(patient: Patient) -> httpx.Response:
        return http.post(f"/api/v1/patients/{patient.id}/match", headers=people.patient_headers(patient), timeout=60)

    waiting = [many.submit(ask, patient) for patient in patients]
    is_asked(model, 6)
    assert http.get("/ready").status_code == 200
    assert [stages(patient) for patient in patients] == [ALL[:4]] * 6
    model.go_on.set()
    assert {one.result(60).json()["data"]["status"] for one in waiting} == {"completed"}
    assert [stages(patient) for patient in patients] == [ALL] * 6


def test_a_second_match_waits_for_the_first_one_and_holds_up_nobody(
    http: httpx.Client, people: People, model: Model, many: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "PATIENCE_SECONDS", PATIENCE)
    patient = told(people)

    def ask() -> str:
        headers = people.patient_headers(patient)
        answer = http.post(f"/api/v1/patients/{patient.id}/match", headers=headers, timeout=60)
        return str(answer.json()["data"]["id"])

    first = many.submit(ask)
    is_asked(model, 1)
    waiting: list[Match] = []
    awaited = matching._awaited
    # One that came when the first was made already would make its own.
    monkeypatch.setattr(matching, "_awaited", lambda match: (waiting.append(match), awaited(match))[1])
    others = [many.submit(ask) for _ in range(4)]
    wait_until(lambda: len(waiting) == 4, seconds=60)
    assert http.get("/ready").status_code == 200
    assert not any(one.done() for one in others)
    model.go_on.set()
    assert {one.result(60) for one in others} == {first.result(60)}
    assert stages(patient) == ALL


def test_a_key_is_taken_while_its_answer_is_waited_for_and_replayed_after(
    http: httpx.Client, people: People, patient: Patient, model: Model, many: ThreadPoolExecutor
) -> None:
    device, keyed = Device(http, people, patient), {"X-Idempotency-Key": "message-1"}
    first = many.submit(device.post, TELLING, **keyed)
    is_asked(model, 1)
    again = device.post(TELLING, **keyed)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "IDEMPOTENCY_CONFLICT_001")
    model.go_on.set()
    answer = first.result(60)
    replayed = device.post(TELLING, **keyed)
    assert (answer.status_code, replayed.content) == (200, answer.content)
    assert replayed.headers["Idempotency-Replayed"] == "true"
    assert [entry["role"] for entry in device.thread()] == ["patient", "agent"]
    assert len(model.requests) == 1


@pytest.mark.parametrize("what", ["consent", "quarantine"])
def test_what_was_withdrawn_while_it_was_waited_for_is_not_said(
    http: httpx.Client, people: People, patient: Patient, model: Model, many: ThreadPoolExecutor, what: str
) -> None:
    from patients.services.access import quarantine_patient

    device = Device(http, people, patient)
    waiting = many.submit(device.post, TELLING, **{"X-Idempotency-Key": "withdrawn"})
    is_asked(model, 1)
    if what == "consent":
        decision = Decision("clinical_data_processing", granted=False, policy_version="1")
        record_consent(tenant_id=patient.tenant_id, patient_id=patient.id, decision=decision)
    else:
        quarantine_patient(tenant_id=patient.tenant_id, patient_id=patient.id)
    before = facts(patient)
    model.go_on.set()
    answer = waiting.result(60)
    expected = {"consent": (403, "CONSENT_REQUIRED_001"), "quarantine": (423, "PATIENT_QUARANTINED_001")}[what]
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == expected
    assert facts(patient) == before
    assert "agent_response_generated" not in before
    assert not IdempotencyKey.objects.filter(subject=patient.subject).exists()


def test_two_devices_that_wait_at_once_are_both_answered_in_one_order(
    http: httpx.Client, people: People, patient: Patient, model: Model, many: ThreadPoolExecutor
) -> None:
    devices = [Device(http, people, patient) for _ in range(2)]
    waiting = []
    for asked, (device, text) in enumerate(zip(devices, (TELLING, "Hello"), strict=True), 1):
        waiting.append(many.submit(device.say, text))
        is_asked(model, asked)
    model.go_on.set()
    answers = [one.result(60) for one in waiting]
    thread = devices[0].thread()
    assert thread == devices[1].thread()
    said = [entry["message_id"] for entry in thread if entry["role"] == "agent"]
    assert sorted(said) == sorted(answer["message_id"] for answer in answers)
    # The later one was thought out again, by rules: it knows of the earlier one's question.
    worded = [entry["content"].startswith("Lovely. ") for entry in thread if entry["role"] == "agent"]
    assert worded == [True, False]
    assert all(len(asks(entry)) == 1 for entry in thread if entry["role"] == "agent")
    positions = [event.position for event in events(patient) if event.position is not None]
    assert positions == list(range(1, len(positions) + 1))


def test_who_hangs_up_is_answered_all_the_same(
    http: httpx.Client, people: People, patient: Patient, model: Model
) -> None:
    leaving = posted(str(http.base_url), people, patient)
    is_asked(model, 1)
    leaving.close()
    model.go_on.set()
    wait_until(lambda: "agent_response_generated" in facts(patient), seconds=30)
    assert live.busy([StreamKey(patient.tenant_id, patient.id)]) == set()


def test_a_model_out_of_time_is_answered_for_by_rules(
    http: httpx.Client, people: People, patient: Patient, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = asking(api_key=model.key, instructions="", longest_answer=9, base_url=model.url)
    monkeypatch.setattr(chat, "wording", lambda _: agent_llm.worded(ask, seconds=0.2))
    monkeypatch.setattr(matching, "rewording", lambda _: explanation_llm.reworded(ask, seconds=0.2))
    device = Device(http, people, patient)
    assert device.say("Hello")["content"].startswith("Hello, Test.")
    person = told(people)
    answer = http.post(f"/api/v1/patients/{person.id}/match", headers=people.patient_headers(person), timeout=30)
    assert answer.json()["data"]["status"] == "completed"
    assert stages(person) == ALL


@pytest.mark.timeout(120)
def test_what_a_killed_server_waited_for_is_answered_by_the_sweep(
    people: People, patient: Patient, process_server: Callable[..., Any]
) -> None:
    answer_unanswered(dead_after_seconds=0)  # what other tests left
    with Model(lambda draft: draft) as model:
        model.slow = True
        with process_server(ANTHROPIC_API_KEY=model.key, ANTHROPIC_BASE_URL=model.url) as server:
            waiting = posted(server.url, people, patient)
            is_asked(model, 1)
            os.killpg(server.pid, signal.SIGKILL)
            server.process.wait()
            waiting.close()
        model.go_on.set()
    assert facts(patient)[0] == "chat_message_sent"
    assert "agent_response_generated" not in facts(patient)
    assert live.snapshot(StreamKey(patient.tenant_id, patient.id)).summary["processing"][0]["kind"] == "answer"
    assert answer_unanswered(dead_after_seconds=0) == 1
    assert facts(patient)[-1] == "agent_response_generated"
    assert len(events(patient, "chat_data_collected")) == 1
    assert live.snapshot(StreamKey(patient.tenant_id, patient.id)).summary["processing"] == []


def posted(url: str, people: People, patient: Patient) -> socket.socket:
    """A chat message that was sent on a connection of its own, not answered yet."""
    where = urlsplit(url)
    client = socket.create_connection((where.hostname, where.port), timeout=30)
    body = json.dumps({"message": TELLING})
    lines = [
        f"POST /api/v1/patients/{patient.id}/chat HTTP/1.1",
        f"Host: {where.netloc}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in people.patient_headers(patient).items()),
    ]
    client.sendall("\r\n".join([*lines, "", body]).encode())
    return client
