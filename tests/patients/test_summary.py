"""The record at a glance, and the stream's questions about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curaway.identity import Role
from events.log import StreamKey
from events.models import Job
from events.viewers import Viewer
from patients import live, queries
from patients.errors import PatientUnknown
from patients.intake import IntakeFacts, facts_of, progress
from patients.models import REQUIRED_PURPOSES, Consent, Document, Membership, Patient
from tests.facts import record
from tests.people import SHARED, People


def key(patient: Patient) -> StreamKey:
    return StreamKey(patient.tenant_id, patient.id)


def document(patient: Patient, **fields: Any) -> Document:
    facts = {"filename": "a.pdf", "content_type": "application/pdf", "size": 2000, **fields}
    return Document.objects.create(patient=patient, tenant_id=patient.tenant_id, **facts)


def test_the_summary_tells_the_record_and_the_position_it_was_read_at(http: httpx.Client, people: People) -> None:
    patient = people.patient(country="US", preferences={"budget": "20000 USD"})
    expected, parsing = document(patient), document(patient, status="parsing", filename="b.pdf")
    record(patient)
    answer = http.get(f"/api/v1/patients/{patient.id}/summary", headers=people.patient_headers(patient))
    summary = answer.json()["data"]["summary"]
    assert answer.json()["data"]["position"] == summary["position"] == 1
    assert (summary["demographics"]["first_name"], summary["demographics"]["country"]) == ("Test", "US")
    assert summary["demographics"]["source"] == "self_report"
    assert summary["preferences"] == [
        {"key": "budget", "value": "20000 USD", "source": "self_report", "confidence": 1.0}
    ]
    assert [entry["id"] for entry in summary["documents"]] == [parsing.id]
    assert expected.id not in answer.text
    assert summary["processing"] == [{"kind": "document", "id": parsing.id, "status": "parsing"}]
    assert summary["intake_progress"] == {
        "progress": 0.2,
        "categories": {
            "demographics": 0.5,
            "medical_history": 0.0,
            "procedure_specific": 0.0,
            "preferences": 0.25,
            "documents": 0.0,
            "consent": 1.0,
        },
    }
    empty = ("conditions", "medications", "allergies", "observations", "procedures")
    assert all(summary[kind] == [] for kind in empty)
    assert summary["match"] is None


def test_a_new_record_is_at_position_zero(people: People) -> None:
    assert live.snapshot(key(people.patient())).position == 0


def test_only_consents_in_force_count(people: People) -> None:
    patient = people.patient(consented=False)
    for purpose, granted, expires_at in (
        ("clinical_data_processing", False, None),
        ("clinical_data_processing", True, None),
        ("provider_sharing", True, "2026-01-01T00:00:00Z"),
        ("cross_border_transfer", True, None),
        ("cross_border_transfer", False, None),
    ):
        Consent.objects.create(
            patient=patient,
            tenant_id=patient.tenant_id,
            purpose=purpose,
            granted=granted,
            policy_version="1",
            expires_at=expires_at,
        )
    told = live.snapshot(key(patient)).summary["intake_progress"]
    assert told["categories"]["consent"] == 0.3333
    assert queries.granted(patient) == {"clinical_data_processing"}
    assert progress(facts_of(patient)) == (told["progress"], told["categories"])


def test_a_snapshot_costs_one_statement(people: People) -> None:
    patient = people.patient()
    for _ in range(3):
        document(patient, status="analyzed")
    with CaptureQueriesContext(connection) as asked:
        live.snapshot(key(patient))
    assert len(asked) == 1


def test_a_snapshot_is_never_taken_inside_another_transaction(people: People) -> None:
    patient = people.patient()
    with pytest.raises(RuntimeError), transaction.atomic():
        live.snapshot(key(patient))


def test_a_snapshot_of_nobody_is_refused(people: People) -> None:
    patient = people.patient()
    with pytest.raises(PatientUnknown):
        live.snapshot(StreamKey("tenant-apollo-001", patient.id))


def test_a_patient_is_busy_while_a_document_or_a_job_is_on_its_way(people: People) -> None:
    idle, reading, waiting, done = (people.patient() for _ in range(4))
    document(idle, status="analyzed")
    document(idle)
    document(reading, status="analyzing", claimed_until=timezone.now() + timedelta(seconds=30))
    document(idle, status="analyzing")  # set aside: it waits for a consent
    for patient, status in ((waiting, "published"), (done, "done")):
        Job.objects.create(
            kind="notification",
            tenant_id=SHARED,
            patient_id=patient.id,
            correlation_id="c",
            body={},
            status=status,
        )
    asked = [key(patient) for patient in (idle, reading, waiting, done)]
    with CaptureQueriesContext(connection) as asked_for:
        assert live.busy(asked) == {key(reading), key(waiting)}
    assert len(asked_for) == 1
    assert live.busy([]) == set()
    Job.objects.filter(patient_id=waiting.id).update(status="done")


def test_those_who_may_no_longer_look_are_found_in_one_query(people: People) -> None:
    patient, locked = people.patient(), people.patient(quarantined=True)
    subject = str(patient.subject)
    Membership.objects.create(tenant_id=SHARED, subject=f"{subject}_in", role=Role.COORDINATOR)
    Membership.objects.create(
        tenant_id=SHARED, subject=f"{subject}_out", role=Role.ADMIN, removed_at="2026-01-01T00:00:00Z"
    )
    allowed = {
        Viewer(key(patient), subject, Role.PATIENT),
        Viewer(key(patient), f"{subject}_in", Role.COORDINATOR),
        Viewer(key(patient), "user_root", Role.PLATFORM_ADMIN),
    }
    refused = {
        Viewer(key(patient), "user_other", Role.PATIENT),
        Viewer(key(patient), f"{subject}_out", Role.ADMIN),
        Viewer(key(patient), "user_never_seen", Role.COORDINATOR),
        Viewer(key(locked), str(locked.subject), Role.PATIENT),
        Viewer(StreamKey("tenant-apollo-001", patient.id), subject, Role.PATIENT),
        Viewer(StreamKey(SHARED, "nobody"), "user_root", Role.PLATFORM_ADMIN),
    }
    with CaptureQueriesContext(connection) as asked_for:
        assert live.refused(allowed | refused) == refused
    assert len(asked_for) == 1
    assert live.refused([]) == set()


def test_a_complete_intake_is_one_and_an_empty_one_is_zero() -> None:
    nothing = IntakeFacts(
        demographics=("",) * 6, preferences={}, procedure_interest="", analyzed_documents=0, granted=frozenset()
    )
    everything = IntakeFacts(
        demographics=("x",) * 6,
        preferences={"destination": "TR", "budget": "1", "timeframe": "May", "companion": "yes"},
        procedure_interest="knee",
        analyzed_documents=5,
        granted=frozenset(REQUIRED_PURPOSES),
        findings={"conditions": 1, "medications": 2, "allergies": 1, "observations": 1, "procedures": 1},
    )
    assert (progress(nothing)[0], progress(everything)[0]) == (0.0, 1.0)
