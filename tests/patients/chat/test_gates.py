"""Who may write into a conversation, and what; of everything else nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from events.registry import ChatMessageSent
from events.testing import StreamClient, assert_emitted, assert_not_emitted, captured_events
from patients.models import Consent, Document, IdempotencyKey, Patient
from patients.services.access import quarantine_patient
from tests.patients.chat.talk import Device
from tests.people import People

TELLING = "I have diabetes and mild hypertension, I take metformin 1000 mg twice daily"
Stream = Callable[..., StreamClient]


def test_without_consent_nothing_is_kept(http: httpx.Client, people: People) -> None:
    patient = people.patient(consented=False)
    with assert_not_emitted(patient_id=patient.id):
        answer = Device(http, people, patient).post(TELLING)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "CONSENT_REQUIRED_001")
    assert answer.json()["errors"][0]["reason"] == "clinical_data_processing"
    assert TELLING not in json.dumps(list(IdempotencyKey.objects.values()), default=str)


def test_a_withdrawn_consent_keeps_the_next_message_out(device: Device, patient: Patient) -> None:
    device.say("Hello")
    Consent.objects.create(
        patient=patient,
        tenant_id=patient.tenant_id,
        purpose="clinical_data_processing",
        granted=False,
        policy_version="1",
    )
    with assert_not_emitted(patient_id=patient.id):
        assert device.post(TELLING).status_code == 403
    # Reading what was said stays possible.
    assert len(device.thread()) == 2


@pytest.mark.parametrize("message", ["", "   \n ", "x" * 4001, None, 7, ["a"]])
def test_what_is_no_message_is_refused(device: Device, patient: Patient, message: Any) -> None:
    with assert_not_emitted(patient_id=patient.id):
        answer = device.post(message)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "message")


def test_the_longest_message_is_taken_whole(device: Device) -> None:
    text = "My knee hurts. " * 266
    device.say(text[:4000])
    assert device.thread()[0]["content"] == text[:4000].strip()


def test_only_documents_of_the_patient_can_be_attached(device: Device, people: People, patient: Patient) -> None:
    own, foreign = (
        Document.objects.create(
            patient=whose, tenant_id=whose.tenant_id, filename="a.pdf", size=2000, status="uploaded"
        ).id
        for whose in (patient, people.patient())
    )
    with assert_not_emitted(patient_id=patient.id):
        answer = device.post("Here it is", attachments=[foreign])
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "DOCUMENT_NOT_FOUND_001")
    with assert_emitted(ChatMessageSent, patient_id=patient.id, attachments=[own]):
        told = device.say("Here are my lab results", attachments=[own, own])
    assert told["metadata"]["documents_processing"] == 1
    assert told["content"].startswith("Thank you for the document.")


def test_others_do_not_read_or_write_the_conversation(http: httpx.Client, people: People, device: Device) -> None:
    device.say("Hello")
    stranger = people.patient_headers(people.patient())
    for method, path in (("GET", "messages"), ("POST", "chat")):
        address = f"/api/v1/patients/{device.patient.id}/{path}"
        answer = http.request(method, address, headers=stranger, json={"message": "Hello"})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "PATIENT_NOT_FOUND_001")


def test_a_coordinator_writes_for_the_patient(http: httpx.Client, people: People, device: Device) -> None:
    path = f"/api/v1/patients/{device.patient.id}/chat"
    with captured_events(patient_id=device.patient.id) as captured:
        answer = http.post(path, headers=people.coordinator_headers(), json={"message": "Hello"})
    assert answer.status_code == 200
    assert {event.actor_id for event in captured.committed} == {"user_coordinator"}


def test_a_quarantined_account_is_closed(device: Device, patient: Patient) -> None:
    quarantine_patient(tenant_id=patient.tenant_id, patient_id=patient.id)
    assert device.post("Hello").status_code == 423
