"""What a patient allows, and withdraws."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from events.models import Job
from events.testing import assert_not_emitted, captured_events
from patients.models import Consent, Document, Patient
from tests.people import People


def decide(http: httpx.Client, people: People, patient: Patient, purpose: str, granted: bool) -> dict[str, Any]:
    body = {"patient_id": patient.id, "purpose": purpose, "granted": granted, "policy_version": "2026-01"}
    answer = http.post("/api/v1/consent", headers=people.patient_headers(patient), json=body)
    assert answer.status_code == 201
    return dict(answer.json()["data"])


def state(http: httpx.Client, people: People, patient: Patient) -> dict[str, dict[str, Any]]:
    answer = http.get(f"/api/v1/patients/{patient.id}/consent", headers=people.patient_headers(patient))
    return {entry["purpose"]: entry for entry in answer.json()["data"]}


def test_a_decision_is_kept_told_and_counted(http: httpx.Client, people: People) -> None:
    patient = people.patient(consented=False, intake_progress=0.05)
    with captured_events(patient_id=patient.id) as captured:
        record = decide(http, people, patient, "clinical_data_processing", True)
    assert (record["patient_id"], record["granted"], record["policy_version"]) == (patient.id, True, "2026-01")
    assert captured.types() == ["consent_granted", "intake_progress_updated"]
    assert captured.committed[0].payload == {
        "consent_id": record["id"],
        "purpose": "clinical_data_processing",
        "policy_version": "2026-01",
    }
    kept = Consent.objects.get(id=record["id"])
    assert (kept.ip_address, kept.user_agent.startswith("python-httpx")) == ("127.0.0.1", True)


def test_the_newest_decision_counts_and_the_older_ones_stay(http: httpx.Client, people: People) -> None:
    patient = people.patient(consented=False)
    decide(http, people, patient, "cross_border_transfer", True)
    with captured_events(patient_id=patient.id) as captured:
        decide(http, people, patient, "cross_border_transfer", False)
    assert captured.types() == ["consent_revoked", "intake_progress_updated"]
    assert state(http, people, patient)["cross_border_transfer"]["granted"] is False
    assert [row.granted for row in Consent.objects.filter(patient=patient).order_by("id")] == [True, False]


@pytest.mark.parametrize("granted", ["yes", "true", 1, 0.0, None])
def test_a_decision_is_not_made_of_what_looks_like_one(http: httpx.Client, people: People, granted: Any) -> None:
    patient = people.patient(consented=False)
    body = {"patient_id": patient.id, "purpose": "analytics", "granted": granted, "policy_version": "2026-01"}
    answer = http.post("/api/v1/consent", json=body, headers=people.patient_headers(patient))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "granted")
    assert not Consent.objects.filter(patient=patient, purpose="analytics").exists()


def test_every_purpose_has_a_state(http: httpx.Client, people: People) -> None:
    patient = people.patient(consented=False)
    decide(http, people, patient, "analytics", True)
    states = state(http, people, patient)
    assert [name for name, entry in states.items() if entry["required"]] == [
        "clinical_data_processing",
        "cross_border_transfer",
        "provider_sharing",
    ]
    assert states["analytics"]["granted"]
    assert states["analytics"]["policy_version"] == "2026-01"
    assert states["sms_marketing"] == {
        "purpose": "sms_marketing",
        "granted": False,
        "required": False,
        "policy_version": None,
        "updated_at": None,
    }


def test_an_optional_purpose_does_not_move_the_intake(http: httpx.Client, people: People) -> None:
    patient = people.patient(intake_progress=0.15)
    with captured_events(patient_id=patient.id) as captured:
        decide(http, people, patient, "analytics", True)
    assert captured.types() == ["consent_granted"]


def test_a_document_set_aside_without_consent_goes_back_to_the_queue(http: httpx.Client, people: People) -> None:
    patient = people.patient(consented=False)
    document = Document.objects.create(
        patient=patient, tenant_id=patient.tenant_id, filename="a.pdf", size=2000, status="uploaded"
    )
    set_aside = Job.objects.create(
        kind="document-parse",
        tenant_id=patient.tenant_id,
        patient_id=patient.id,
        correlation_id="c",
        body={"document_id": document.id},
        status="done",
    )
    decide(http, people, patient, "analytics", True)
    assert Job.objects.get(id=set_aside.id).status == "done"
    decide(http, people, patient, "clinical_data_processing", True)
    assert Job.objects.get(id=set_aside.id).status in ("waiting", "published")


def test_an_unknown_purpose_is_refused(http: httpx.Client, people: People) -> None:
    patient = people.patient()
    body = {"patient_id": patient.id, "purpose": "everything", "granted": True, "policy_version": "1"}
    with assert_not_emitted(patient_id=patient.id):
        answer = http.post("/api/v1/consent", headers=people.patient_headers(patient), json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "purpose")
