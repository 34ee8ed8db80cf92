"""Matches over HTTP, and on the stream while they are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from events.registry import MatchCompleted
from events.testing import StreamClient, assert_emitted, captured_events
from patients.matching import service
from patients.matching.explanation import explain
from patients.matching.factors import WEIGHTS
from patients.models import Patient
from tests.patients.matching.records import TOLD, told
from tests.people import People

StreamOf = Callable[..., StreamClient]


class Asker:
    """Asks for matches, as the patient unless said otherwise."""

    def __init__(self, http: httpx.Client, people: People) -> None:
        self.http, self.people = http, people

    def ask(self, patient: Patient, **headers: str) -> httpx.Response:
        own = self.people.patient_headers(patient)
        return self.http.post(f"/api/v1/patients/{patient.id}/match", headers={**own, **headers})

    def matches(self, patient: Patient) -> list[dict[str, Any]]:
        answer = self.http.get(f"/api/v1/patients/{patient.id}/matches", headers=self.people.patient_headers(patient))
        assert answer.status_code == 200
        return list(answer.json()["data"])


@pytest.fixture
def asker(http: httpx.Client, people: People) -> Asker:
    return Asker(http, people)


def test_providers_are_ranked_scored_explained_and_said_to_be_invented(asker: Asker, people: People) -> None:
    answer = asker.ask(told(people, locale="es"))
    match = answer.json()["data"]
    assert (answer.status_code, match["status"], match["confidence"], match["gate"]) == (200, "completed", 0.475, 0.4)
    assert match["procedures"] == [{"code": "27447", "display": "prótesis total de rodilla"}]
    assert (match["invented"], match["notice"]) == (
        True,
        "Estos proveedores son inventados, con fines de demostración.",
    )
    providers = match["providers"]
    assert [one["rank"] for one in providers] == list(range(1, 11))
    assert providers == sorted(providers, key=lambda one: (-one["score"], one["provider_id"]))
    for one in providers:
        assert one["factors"].keys() == WEIGHTS.keys()
        assert one["score"] == round(sum(WEIGHTS[name] * value for name, value in one["factors"].items()), 4)
        assert 1 <= len(one["reasons"]) <= 3
        assert one["caveat"]
        assert one["invented"] is True
    assert providers[0]["country_name"] == "India"


def test_the_stages_are_heard_in_order_while_they_happen(
    asker: Asker, people: People, stream: StreamOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = told(people)
    listening = stream(patient, follow=True)
    listening.connected()
    heard_before_the_end: list[str] = []

    def explaining(*given: Any) -> Any:
        # The match is still being made: what was heard by now was heard live.
        heard_before_the_end.extend(frame.data["payload"]["stage"] for frame in listening.take(4))
        return explain(*given)

    monkeypatch.setattr(service, "explain", explaining)
    match = asker.ask(patient, **{"X-Correlation-ID": "match-1"}).json()["data"]
    assert heard_before_the_end == ["requested", "retrieve", "filter", "score"]
    rest = listening.take(2)
    assert [frame.event for frame in rest] == ["match_progress", "match_progress"]
    assert [frame.data["event_type"] for frame in rest] == ["match_stage_completed", "match_completed"]
    assert [frame.position for frame in rest] == [5, 6]
    assert {frame.data["correlation_id"] for frame in rest} == {"match-1"}
    last = rest[1].data["payload"]
    assert (last["match_id"], last["providers"]) == (match["id"], 10)
    assert last["matches"][0] == {
        "provider_id": match["providers"][0]["provider_id"],
        "score": match["providers"][0]["score"],
    }


@pytest.mark.parametrize("purpose", ["cross_border_transfer", "clinical_data_processing"])
def test_a_match_needs_consent(asker: Asker, people: People, purpose: str) -> None:
    patient = told(people)
    decision = {"patient_id": patient.id, "purpose": purpose, "granted": False, "policy_version": "1"}
    asker.http.post("/api/v1/consent", headers=people.patient_headers(patient), json=decision)
    answer = asker.ask(patient)
    problem = answer.json()["errors"][0]
    assert (answer.status_code, problem["code"], problem["reason"]) == (403, "CONSENT_REQUIRED_001", purpose)
    assert asker.matches(patient) == []


def test_below_the_gate_a_friendly_message_names_what_is_missing(asker: Asker, people: People) -> None:
    patient = told(people, preferences={}, locale="es")
    with captured_events(patient_id=patient.id) as captured:
        match = asker.ask(patient).json()["data"]
    assert (match["status"], match["confidence"], match["providers"]) == ("gated", 0.375, [])
    assert match["message"].startswith("Podré buscar hospitales para usted")
    assert [one["category"] for one in match["missing"]] == ["medical_history", "documents", "procedure_specific"]
    assert match["missing"][1]["label"] in match["message"]
    assert captured.types() == ["match_requested", "match_failed"]
    assert captured.of("match_failed", reason=match["message"], retryable=True)


def test_without_a_procedure_it_is_asked_for(asker: Asker, people: People) -> None:
    rich = {**TOLD["preferences"]}
    patient = told(people, procedure_interest="", preferences=rich)
    match = asker.ask(patient).json()["data"]
    assert (match["status"], match["missing"][0]["category"]) == ("gated", "procedure")


def test_when_nobody_is_left_the_match_is_complete_and_suggests(asker: Asker, people: People) -> None:
    patient = told(people, procedure_interest="A new nose")
    with assert_emitted(MatchCompleted, patient_id=patient.id, providers=0, matches=[]):
        match = asker.ask(patient).json()["data"]
    assert (match["status"], match["providers"], match["procedures"]) == ("completed", [], [])
    assert match["message"].startswith("I am sorry: none of the hospitals I know fits")
    assert len(match["suggestions"]) == 2


def test_matches_are_listed_newest_first_as_they_were_answered(asker: Asker, people: People) -> None:
    patient = told(people)
    first, second = (asker.ask(patient).json()["data"] for _ in range(2))
    assert asker.matches(patient) == [second, first]


def test_the_same_key_is_answered_the_same_and_makes_one_match(asker: Asker, people: People) -> None:
    patient = told(people)
    first, again = (asker.ask(patient, **{"X-Idempotency-Key": "k"}) for _ in range(2))
    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(asker.matches(patient)) == 1


def test_a_coordinator_asks_for_a_patient(asker: Asker, people: People) -> None:
    patient = told(people)
    with captured_events(patient_id=patient.id) as captured:
        answer = asker.ask(patient, **people.coordinator_headers(subject="user_nurse"))
    assert answer.status_code == 200
    assert {event.actor_id for event in captured.committed} == {"user_nurse"}


def test_another_patients_matches_are_not_to_be_found(asker: Asker, people: People) -> None:
    patient, other = told(people), told(people)
    stranger = people.patient_headers(other)
    assert asker.ask(patient, **stranger).status_code == 404
    assert asker.http.get(f"/api/v1/patients/{patient.id}/matches", headers=stranger).status_code == 404


def test_a_fault_is_an_error_of_ours_and_the_match_has_ended(
    asker: Asker, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = told(people)
    monkeypatch.setattr(service, "score", lambda *_: 1 / 0)
    assert asker.ask(patient).json()["errors"][0]["code"] == "INTERNAL_001"
    match = asker.matches(patient)[0]
    assert (match["status"], match["message"]) == (
        "failed",
        "The search for hospitals was interrupted. Nothing is lost; please ask again.",
    )
