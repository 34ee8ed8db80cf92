"""Once the patient has consented to what the journey needs, the agent speaks first."""

from __future__ import annotations

import httpx
import pytest

from events.registry import AgentResponseGenerated
from events.testing import assert_emitted, assert_not_emitted, captured_events
from patients.models import REQUIRED_PURPOSES, Patient
from tests.patients.chat.talk import Device, asks
from tests.people import People


def decide(http: httpx.Client, people: People, patient: Patient, purpose: str, granted: bool = True) -> None:
    answer = http.post(
        "/api/v1/consent",
        headers=people.patient_headers(patient),
        json={"patient_id": patient.id, "purpose": purpose, "granted": granted, "policy_version": "1"},
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("locale", "begins"), [("en", "Welcome, Test."), ("es", "Le damos la bienvenida, Test."), ("ar", "أهلًا بك Test.")]
)
def test_the_last_required_consent_brings_the_welcome(
    http: httpx.Client, people: People, locale: str, begins: str
) -> None:
    patient = people.patient(consented=False, locale=locale)
    with assert_not_emitted(AgentResponseGenerated, patient_id=patient.id):
        for purpose in ("analytics", *REQUIRED_PURPOSES[:2]):
            decide(http, people, patient, purpose)
    with captured_events(patient_id=patient.id) as captured:
        decide(http, people, patient, REQUIRED_PURPOSES[2])
    assert captured.types() == ["consent_granted", "intake_progress_updated", "agent_response_generated"]
    (message,) = Device(http, people, patient).thread()
    assert message["content"].startswith(begins)
    assert (message["role"], message["agent_name"], asks(message)) == ("agent", "intake", ["procedure"])


def test_it_is_said_once(http: httpx.Client, people: People) -> None:
    patient = people.patient(consented=False)
    with assert_emitted(AgentResponseGenerated, patient_id=patient.id):
        for purpose in (*REQUIRED_PURPOSES, "sms_marketing", REQUIRED_PURPOSES[0]):
            decide(http, people, patient, purpose)
        decide(http, people, patient, REQUIRED_PURPOSES[0], granted=False)
        decide(http, people, patient, REQUIRED_PURPOSES[0])


def test_its_question_is_answered_by_the_first_message(http: httpx.Client, people: People) -> None:
    patient = people.patient(consented=False)
    for purpose in REQUIRED_PURPOSES:
        decide(http, people, patient, purpose)
    Device(http, people, patient).say("total knee replacement")
    patient.refresh_from_db()
    assert patient.procedure_interest == "Total knee replacement"
