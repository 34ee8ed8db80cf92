"""Registering a patient, and changing what they told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from events.models import Job
from events.registry import IntakeProgressUpdated, PatientRegistered, PatientUpdated
from events.testing import assert_emitted, assert_not_emitted, captured_events
from tests.people import SHARED, People

APOLLO = "tenant-apollo-001"
NAMES = {"first_name": "Ana", "last_name": "Ruiz"}


def test_a_person_registers_themself_once(http: httpx.Client, people: People) -> None:
    headers = people.headers(people.issuer.token("user_registers_once"))
    with assert_emitted(PatientRegistered, position=None) as registered:
        answer = http.post("/api/v1/patients", headers=headers, json={**NAMES, "country": "us", "favourite": 1})
    record = answer.json()["data"]
    assert answer.status_code == 201
    assert (record["first_name"], record["country"], record["email"]) == ("Ana", "US", None)
    assert (record["tenant_id"], record["locale"], record["intake_progress"]) == (SHARED, "en", 0.075)
    assert registered.event.patient_id == record["id"]
    assert Job.objects.get(patient_id=record["id"]).body["kind"] == "welcome"
    again = http.post("/api/v1/patients", headers=headers, json=NAMES)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "PATIENT_EXISTS_001")


def test_a_person_finds_their_own_record_by_their_token(http: httpx.Client, people: People) -> None:
    headers = people.headers(people.issuer.token("user_finds_themself"))
    before = http.get("/api/v1/patients/me", headers=headers)
    assert (before.status_code, before.json()["errors"][0]["code"]) == (404, "PATIENT_NOT_FOUND_001")
    record = http.post("/api/v1/patients", headers=headers, json=NAMES).json()["data"]
    assert http.get("/api/v1/patients/me", headers=headers).json()["data"] == record
    assert http.get("/api/v1/patients/me").json()["errors"][0]["code"] == "AUTH_HEADER_MISSING_001"


def test_of_many_registrations_at_once_one_is_made(http: httpx.Client, people: People) -> None:
    headers = people.headers(people.issuer.token("user_registers_in_a_hurry"))
    with ThreadPoolExecutor(6) as many:
        answers = list(many.map(lambda _: http.post("/api/v1/patients", headers=headers, json=NAMES), range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]


def test_a_coordinator_registers_patients_of_their_tenant(http: httpx.Client, people: People) -> None:
    headers = people.coordinator_headers(APOLLO, subject="user_registrar")
    with captured_events(tenant_id=APOLLO, actor_id="user_registrar", source_service="curaway") as captured:
        records = [http.post("/api/v1/patients", headers=headers, json=NAMES).json()["data"] for _ in range(2)]
    assert [record["tenant_id"] for record in records] == [APOLLO, APOLLO]
    assert [fact.patient_id for fact in captured.of(PatientRegistered)] == [record["id"] for record in records]


def test_only_the_given_fields_change(http: httpx.Client, people: People) -> None:
    patient = people.patient(country="US", phone="+1 555 0100")
    headers, path = people.patient_headers(patient), f"/api/v1/patients/{patient.id}"
    with assert_emitted(PatientUpdated, patient_id=patient.id, changed=["phone", "country", "locale"]):
        answer = http.put(path, headers=headers, json={"country": "GB", "phone": None, "locale": "es"})
    record = answer.json()["data"]
    assert (record["country"], record["phone"], record["locale"], record["first_name"]) == ("GB", None, "es", "Test")


def test_a_change_that_moves_the_intake_says_so_after_it(http: httpx.Client, people: People) -> None:
    patient = people.patient(intake_progress=0.15)
    headers, path = people.patient_headers(patient), f"/api/v1/patients/{patient.id}"
    with captured_events(patient_id=patient.id) as captured:
        http.put(path, headers=headers, json={"preferences": {"budget": "20000 USD", "destination": "TR"}})
    assert captured.types() == ["patient_updated", "intake_progress_updated"]
    (moved,) = captured.of(IntakeProgressUpdated, position=1, previous=0.15, progress=0.2)
    assert moved.payload["categories"]["preferences"] == 0.5
    assert http.get(path, headers=headers).json()["data"]["intake_progress"] == 0.2


def test_a_change_to_what_is_already_there_is_no_fact(http: httpx.Client, people: People) -> None:
    patient = people.patient(country="US")
    headers, path = people.patient_headers(patient), f"/api/v1/patients/{patient.id}"
    with assert_not_emitted(patient_id=patient.id):
        assert http.put(path, headers=headers, json={"country": "US"}).status_code == 200
        assert http.put(path, headers=headers, json={}).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("first_name", "   "),
        ("first_name", None),
        ("first_name", "x" * 101),
        ("last_name", "a\u0007b"),
        ("email", "secret-value"),
        ("phone", "call me"),
        ("date_of_birth", "2999-01-01"),
        ("date_of_birth", "1961-02-30"),
        ("date_of_birth", 1234),
        ("sex", "secret-value"),
        ("country", "XX"),
        ("locale", "fr"),
        ("procedure_interest", "x" * 201),
        ("preferences", []),
        ("preferences", {"note": "x" * 10_240}),
    ],
)
def test_what_cannot_be_is_refused_by_field_without_repeating_it(
    http: httpx.Client, people: People, field: str, value: Any
) -> None:
    headers = people.headers(people.issuer.token("user_never_registers"))
    answer = http.post("/api/v1/patients", headers=headers, json={**NAMES, field: value})
    assert answer.status_code == 422
    (problem,) = answer.json()["errors"]
    assert (problem["code"], problem["field"]) == ("INTAKE_VALIDATION_001", field)
    assert "secret-value" not in answer.text


def test_every_wrong_field_has_an_entry_of_its_own(http: httpx.Client, people: People) -> None:
    headers = people.headers(people.issuer.token("user_never_registers"))
    answer = http.post("/api/v1/patients", headers=headers, json={"email": "no", "sex": 4})
    assert [problem["field"] for problem in answer.json()["errors"]] == ["email", "sex", "first_name", "last_name"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b"\xff\xfe",
        b'{"first_name": "a\\u0000b", "last_name": "c"}',
        b'{"first_name": "a\\ud800b", "last_name": "c"}',
        b'{"first_name": "a", "last_name": "c", "preferences": {"x": NaN}}',
        b'{"first_name": "a", "last_name": "c", "preferences": {"x": 1e999}}',
        b'{"first_name": "a", "last_name": "c", "preferences": {"x": ' + b"[" * 9000 + b"]" * 9000 + b"}}",
    ],
)
def test_a_body_that_cannot_be_stored_is_refused(http: httpx.Client, people: People, body: bytes) -> None:
    headers = people.headers(people.issuer.token("user_never_registers"))
    answer = http.post("/api/v1/patients", headers=headers, content=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "INTAKE_VALIDATION_001")
