"""One effect and one answer, however often a write is sent with the same key."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone

from events.models import Event
from patients import api
from patients.models import Consent, IdempotencyKey, Patient
from patients.services.access import quarantine_patient
from tests.people import SHARED, People

KEYED = {"X-Idempotency-Key": "key-1"}
CONFLICT = (409, "IDEMPOTENCY_CONFLICT_001")


@pytest.fixture
def patient(people: People) -> Patient:
    return people.patient()


class Sender:
    """Sends the same decision again and again."""

    def __init__(self, http: httpx.Client, patient: Patient, headers: dict[str, str]) -> None:
        self.http = http
        self.patient = patient
        self.headers = headers

    def send(self, purpose: str = "analytics", **headers: str) -> httpx.Response:
        body = {"patient_id": self.patient.id, "purpose": purpose, "granted": True, "policy_version": "1"}
        return self.http.post("/api/v1/consent", headers={**self.headers, **KEYED, **headers}, json=body)

    def effects(self) -> int:
        return Consent.objects.filter(patient=self.patient, purpose="analytics").count()


@pytest.fixture
def sender(http: httpx.Client, people: People, patient: Patient) -> Sender:
    return Sender(http, patient, people.patient_headers(patient))


def outcome(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


def test_the_first_answer_is_given_again(sender: Sender) -> None:
    first, second = sender.send(), sender.send()
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert sender.effects() == 1


def test_without_a_key_every_request_has_its_effect(sender: Sender) -> None:
    body = {"patient_id": sender.patient.id, "purpose": "analytics", "granted": True, "policy_version": "1"}
    for _ in range(2):
        assert sender.http.post("/api/v1/consent", headers=sender.headers, json=body).status_code == 201
    assert sender.effects() == 2


def test_another_body_under_the_same_key_is_a_conflict(sender: Sender) -> None:
    sender.send()
    assert outcome(sender.send(purpose="sms_marketing")) == CONFLICT


def test_keys_of_two_callers_and_two_routes_do_not_meet(sender: Sender, people: People) -> None:
    sender.send()
    assert "Idempotency-Replayed" not in sender.send(**people.coordinator_headers()).headers
    changed = sender.http.put(
        f"/api/v1/patients/{sender.patient.id}", headers={**sender.headers, **KEYED}, json={"locale": "es"}
    )
    assert (changed.status_code, "Idempotency-Replayed" in changed.headers) == (200, False)
    assert sender.effects() == 2


def test_of_many_requests_at_once_one_has_the_effect(sender: Sender) -> None:
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda _: sender.send(), range(16)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert sender.effects() == 1
    assert Event.objects.filter(patient_id=sender.patient.id, event_type="consent_granted").count() == 1


def test_a_request_still_in_flight_is_a_conflict(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    working, finish = threading.Event(), threading.Event()
    record = api.record_consent

    def slowly(**facts: Any) -> Consent:
        working.set()
        assert finish.wait(10)
        return record(**facts)

    monkeypatch.setattr(api, "record_consent", slowly)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(sender.send)
        assert working.wait(10)
        assert outcome(sender.send()) == CONFLICT
        finish.set()
        assert first.result().status_code == 201
    assert sender.send().headers["Idempotency-Replayed"] == "true"


def test_a_failure_of_ours_frees_the_key(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(api, "record_consent", lambda **_: 1 / 0)
        assert outcome(sender.send()) == (500, "INTERNAL_001")
    assert sender.send().status_code == 201
    assert sender.effects() == 1


def test_an_answer_that_cannot_be_kept_takes_its_effect_with_it(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    from patients import idempotency_keys

    with monkeypatch.context() as broken:
        broken.setattr(idempotency_keys, "keep", lambda *_: 1 / 0)
        assert outcome(sender.send()) == (500, "INTERNAL_001")
    assert sender.effects() == 0


def claim(sender: Sender, *, age: int) -> None:
    """Leave the key as a process does that dies between its claim and its answer."""
    sender.send()
    Consent.objects.filter(patient=sender.patient, purpose="analytics").delete()
    IdempotencyKey.objects.filter(subject=sender.patient.subject).update(
        status=None, body=None, created_at=timezone.now() - timedelta(seconds=age)
    )


def test_an_abandoned_claim_is_taken_over_after_a_minute(sender: Sender) -> None:
    claim(sender, age=50)
    assert outcome(sender.send()) == CONFLICT
    claim_age = timezone.now() - timedelta(seconds=61)
    IdempotencyKey.objects.filter(subject=sender.patient.subject).update(created_at=claim_age)
    assert outcome(sender.send(purpose="sms_marketing")) == CONFLICT
    assert sender.send().status_code == 201
    assert sender.effects() == 1


def test_a_request_whose_claim_was_taken_over_while_it_was_slow_has_no_effect(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    working, finish, record = threading.Event(), threading.Event(), api.record_consent

    def slowly(**facts: Any) -> Consent:
        if not working.is_set():
            working.set()
            assert finish.wait(10)
        return record(**facts)

    monkeypatch.setattr(api, "record_consent", slowly)
    with ThreadPoolExecutor(1) as other:
        slow = other.submit(sender.send)
        assert working.wait(10)
        IdempotencyKey.objects.filter(subject=sender.patient.subject).update(
            created_at=timezone.now() - timedelta(seconds=61)
        )
        answer = sender.send()
        finish.set()
        assert (answer.status_code, outcome(slow.result())) == (201, CONFLICT)
    assert sender.effects() == 1
    assert Event.objects.filter(patient_id=sender.patient.id, event_type="consent_granted").count() == 1
    again = sender.send()
    assert (again.content, again.headers["Idempotency-Replayed"]) == (answer.content, "true")


def test_a_key_is_free_again_after_a_day(sender: Sender) -> None:
    sender.send()
    IdempotencyKey.objects.filter(subject=sender.patient.subject).update(
        created_at=timezone.now() - timedelta(hours=25)
    )
    assert sender.send(purpose="sms_marketing").status_code == 201


def test_expired_answers_do_not_stay(sender: Sender) -> None:
    sender.send()
    IdempotencyKey.objects.filter(subject=sender.patient.subject).update(
        created_at=timezone.now() - timedelta(hours=25)
    )
    assert sender.send(**{"X-Idempotency-Key": "key-2"}).status_code == 201
    assert [row.key for row in IdempotencyKey.objects.filter(subject=sender.patient.subject)] == ["key-2"]


def test_a_refusal_that_stands_is_given_again(sender: Sender, people: People) -> None:
    registration = {"first_name": "A", "last_name": "B"}
    answers = [
        sender.http.post("/api/v1/patients", headers={**sender.headers, **KEYED}, json=registration) for _ in range(2)
    ]
    assert [outcome(answer) for answer in answers] == [(409, "PATIENT_EXISTS_001")] * 2
    assert answers[1].headers["Idempotency-Replayed"] == "true"


def test_nothing_is_given_again_to_one_who_may_not_see_it_any_more(sender: Sender) -> None:
    sender.send()
    quarantine_patient(tenant_id=SHARED, patient_id=sender.patient.id)
    answer = sender.send()
    assert (outcome(answer), "Idempotency-Replayed" in answer.headers) == ((423, "PATIENT_QUARANTINED_001"), False)


@pytest.mark.parametrize("key", ["x" * 201, "", "a\tb"])
def test_a_malformed_key_is_refused(sender: Sender, key: str) -> None:
    answer = sender.send(**{"X-Idempotency-Key": key})
    assert outcome(answer) == (422, "INTAKE_VALIDATION_001")
    assert answer.json()["errors"][0]["field"] == "X-Idempotency-Key"
