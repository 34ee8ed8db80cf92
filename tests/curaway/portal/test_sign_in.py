"""Signing in without Clerk, as one of the invented people; and what production says instead."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from django.test import Client

from curaway.portal import personas
from events.models import Event
from patients.demo import PATIENTS, SHARED, DemoPatient
from patients.services.registration import register_patient
from tests.curaway.portal.keys import publishable

MARIA, AISHA, RAVI = "demo-patient-maria-001", "demo-patient-aisha-001", "demo-patient-ravi-001"


@pytest.fixture
def persona(database: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoPatient]:
    """Somebody new among the invented people, with a record."""
    details = {"first_name": "Lena", "last_name": "Sample", "locale": "en", "country": "GB"}
    made = DemoPatient(f"demo-patient-{secrets.token_hex(4)}", SHARED, details)
    register_patient(tenant_id=SHARED, subject=made.subject, details={**details, "id": made.id}, welcome=False)
    monkeypatch.setattr(personas, "PATIENTS", (*PATIENTS, made))
    return made


def ask(path: str, patient_id: str, headers: dict[str, str] | None = None) -> Any:
    return Client().post(path, {"patient_id": patient_id}, content_type="application/json", headers=headers or {})


def ask_for_token(patient_id: str = MARIA, headers: dict[str, str] | None = None) -> Any:
    return ask("/portal/token", patient_id, headers)


def code(response: Any) -> str:
    return str(response.json()["errors"][0]["code"])


def test_the_portal_is_told_how_people_sign_in() -> None:
    told = Client().get("/portal/config").json()
    assert (told["sign_in"], told["clerk_publishable_key"], told["tenant_id"]) == ("local", None, SHARED)
    assert [person["patient_id"] for person in told["personas"]] == [p.id for p in PATIENTS if p.tenant_id == SHARED]
    assert told["personas"][0] == {
        "patient_id": MARIA,
        "name": "Maria Gonzalez",
        "locale": "es",
        "country": "US",
        "about": "Total knee replacement, right",
    }


@pytest.mark.usefixtures("production")
def test_production_is_told_of_clerk_and_of_nobody() -> None:
    told = Client().get("/portal/config").json()
    assert told["sign_in"] == "clerk"
    assert told["clerk_publishable_key"] == publishable("clerk.example.com")
    assert told["personas"] == []


def test_a_persona_s_token_opens_that_person_s_record_and_lasts_as_long_as_clerk_s(
    persona: DemoPatient, http: httpx.Client
) -> None:
    answer = ask_for_token(persona.id, {"Sec-Fetch-Site": "same-origin"})
    token = answer.json()
    left = datetime.fromisoformat(token["expires_at"]) - datetime.now(UTC)
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)
    assert answer["Cache-Control"] == "no-store"
    headers = {"Authorization": f"Bearer {token['token']}", "X-Tenant-ID": SHARED}
    assert http.get(f"/api/v1/patients/{persona.id}", headers=headers).json()["data"]["first_name"] == "Lena"


def test_the_quarantined_persona_can_sign_in_so_that_the_refusal_can_be_seen() -> None:
    assert ask_for_token(AISHA).status_code == 200


@pytest.mark.parametrize("patient_id", ["nobody", RAVI, ""])
def test_nobody_else_can_be_chosen(patient_id: str) -> None:
    answer = ask_for_token(patient_id)
    assert (answer.status_code, code(answer)) == (404, "PATIENT_NOT_FOUND_001")


@pytest.mark.parametrize("environment", ["production", "clerk"])
@pytest.mark.parametrize("path", ["/portal/token", "/portal/test-event"])
def test_where_the_key_of_this_machine_is_not_trusted_there_is_no_such_route(
    environment: str, path: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(environment)
    answer = ask(path, MARIA)
    assert (answer.status_code, code(answer)) == (404, "ROUTE_NOT_FOUND_001")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://testserver:81"},
        {"Origin": "null"},
    ],
)
def test_another_site_s_page_gets_no_token(headers: dict[str, str]) -> None:
    answer = ask_for_token(MARIA, headers)
    assert (answer.status_code, code(answer)) == (403, "AUTH_CROSS_SITE_001")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:5173"},
    ],
)
def test_our_own_page_gets_one_also_through_the_development_server(headers: dict[str, str]) -> None:
    assert ask_for_token(MARIA, headers).status_code == 200


@pytest.mark.parametrize("body", ["", "{", "[]", '{"patient_id": 7}', '{"patient_id": "\\u0000"}'])
def test_a_malformed_choice_is_refused_by_name(body: str) -> None:
    answer = Client().post("/portal/token", body, content_type="application/json")
    assert (answer.status_code, code(answer)) == (422, "INTAKE_VALIDATION_001")


def test_the_playground_s_event_is_recorded_as_the_command_records_it(persona: DemoPatient) -> None:
    answer = ask("/portal/test-event", persona.id).json()
    event = Event.objects.get(id=answer["event_id"])
    assert (event.patient_id, event.position) == (persona.id, answer["position"])
    assert event.event_type == "intake_progress_updated"
    assert (event.actor_id, event.source_service) == ("emit_test_event", "emit_test_event")


def test_another_site_s_page_records_nothing(persona: DemoPatient) -> None:
    before = Event.objects.filter(patient_id=persona.id).count()
    assert ask("/portal/test-event", persona.id, {"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert Event.objects.filter(patient_id=persona.id).count() == before
