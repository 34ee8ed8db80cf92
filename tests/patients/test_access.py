"""Who may do what, and the order in which it is found out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from events.registry import AccessChanged
from events.testing import assert_emitted
from patients.models import Membership
from patients.services.access import quarantine_patient, release_patient, remove_member
from tests.people import SHARED, People

APOLLO = "tenant-apollo-001"


def code(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["code"])


def test_a_patient_reads_their_own_record(http: httpx.Client, people: People) -> None:
    patient = people.patient()
    answer = http.get(f"/api/v1/patients/{patient.id}", headers=people.patient_headers(patient))
    assert answer.status_code == 200
    assert answer.json()["data"]["id"] == patient.id


def test_unknown_foreign_and_anothers_patients_are_refused_alike(http: httpx.Client, people: People) -> None:
    asking = people.patient()
    elsewhere, other = people.patient(tenant=APOLLO), people.patient()
    answers = [
        http.get(f"/api/v1/patients/{name}", headers=people.patient_headers(asking))
        for name in ("nobody", elsewhere.id, other.id, "a%00b")
    ]
    assert [answer.status_code for answer in answers[:3]] == [404] * 3
    assert [answer.json()["errors"] for answer in answers[:3]] == [answers[0].json()["errors"]] * 3
    assert code(answers[0]) == "PATIENT_NOT_FOUND_001"
    assert answers[3].status_code == 404


def test_a_coordinator_reads_every_patient_of_their_tenant_and_no_other(http: httpx.Client, people: People) -> None:
    own, foreign = people.patient(tenant=APOLLO), people.patient()
    headers = people.coordinator_headers(APOLLO)
    assert http.get(f"/api/v1/patients/{own.id}", headers=headers).status_code == 200
    assert code(http.get(f"/api/v1/patients/{foreign.id}", headers=headers)) == "PATIENT_NOT_FOUND_001"
    elsewhere = {**headers, "X-Tenant-ID": SHARED}
    assert code(http.get(f"/api/v1/patients/{foreign.id}", headers=elsewhere)) == "TENANT_MISMATCH_001"


def test_a_patient_belongs_to_the_shared_tenant_and_to_those_that_have_them_as_a_patient(
    http: httpx.Client, people: People
) -> None:
    own = people.patient(tenant=APOLLO)
    stranger = people.headers(people.issuer.token("user_of_nobody"), APOLLO)
    assert http.get(f"/api/v1/patients/{own.id}", headers=people.patient_headers(own)).status_code == 200
    assert code(http.get(f"/api/v1/patients/{own.id}", headers=stranger)) == "TENANT_MISMATCH_001"


def test_the_platforms_administrator_reads_all_tenants_and_writes_nothing(http: httpx.Client, people: People) -> None:
    patient = people.patient(tenant=APOLLO)
    headers = people.headers(people.issuer.token("user_root", platform_admin=True), APOLLO)
    assert http.get(f"/api/v1/patients/{patient.id}/summary", headers=headers).status_code == 200
    refused = http.put(f"/api/v1/patients/{patient.id}", headers=headers, json={"locale": "es"})
    assert (refused.status_code, code(refused)) == (403, "AUTH_UNAUTHORIZED_001")


def test_a_member_without_a_role_of_ours_may_do_nothing(http: httpx.Client, people: People) -> None:
    patient = people.patient(tenant=APOLLO)
    token = people.issuer.token("user_member", organization="org_tenant_apollo_001", role="billing")
    headers = people.headers(token, APOLLO)
    assert code(http.get(f"/api/v1/patients/{patient.id}", headers=headers)) == "AUTH_UNAUTHORIZED_001"
    registration = {"first_name": "A", "last_name": "B"}
    refused = http.post("/api/v1/patients", headers=headers, json=registration)
    assert code(refused) == "AUTH_UNAUTHORIZED_001"


def test_a_removed_member_is_refused_whatever_their_token_says(http: httpx.Client, people: People) -> None:
    patient = people.patient(tenant=APOLLO)
    headers = people.coordinator_headers(APOLLO, subject=f"user_{patient.id}_carer")
    assert http.get(f"/api/v1/patients/{patient.id}", headers=headers).status_code == 200
    assert Membership.objects.get(subject=f"user_{patient.id}_carer").role == "org:coordinator"
    assert remove_member(tenant_id=APOLLO, subject=f"user_{patient.id}_carer")
    assert code(http.get(f"/api/v1/patients/{patient.id}", headers=headers)) == "TENANT_MISMATCH_001"


def test_a_quarantined_patient_is_locked_until_released(http: httpx.Client, people: People) -> None:
    patient = people.patient()
    headers, path = people.patient_headers(patient), f"/api/v1/patients/{patient.id}"
    quarantine_patient(tenant_id=SHARED, patient_id=patient.id)
    for answer in (http.get(path, headers=headers), http.put(path, headers=headers, json={"locale": "es"})):
        assert (answer.status_code, code(answer)) == (423, "PATIENT_QUARANTINED_001")
    release_patient(tenant_id=SHARED, patient_id=patient.id)
    assert http.get(path, headers=headers).status_code == 200


def test_quarantine_is_recorded_once_however_often_it_is_asked_for(people: People) -> None:
    patient = people.patient()
    with assert_emitted(AccessChanged, patient_id=patient.id, change="quarantined", member=None):
        quarantine_patient(tenant_id=SHARED, patient_id=patient.id)
        quarantine_patient(tenant_id=SHARED, patient_id=patient.id)


def broken(headers: dict[str, str], **changes: str | None) -> dict[str, str]:
    changed = {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in {**headers, **changed}.items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Authorization": None, "X_Tenant_ID": None}, (401, "AUTH_HEADER_MISSING_001")),
        ({"Authorization": "Bearer nonsense", "X_Tenant_ID": None}, (401, "AUTH_TOKEN_INVALID_001")),
        ({"X_Tenant_ID": None}, (400, "TENANT_HEADER_MISSING_001")),
        ({"X_Tenant_ID": "tenant-unknown"}, (404, "TENANT_NOT_FOUND_001")),
        ({"X_Tenant_ID": APOLLO}, (403, "TENANT_MISMATCH_001")),
        ({}, (404, "PATIENT_NOT_FOUND_001")),
    ],
)
def test_refusals_come_in_the_promised_order(
    http: httpx.Client, people: People, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    """The request is wrong in every later way as well: only the first reason is said."""
    headers = broken(people.patient_headers(people.patient()), **changes)
    decision = {"patient_id": "nobody", "purpose": "analytics", "granted": True, "policy_version": "1"}
    answer = http.post("/api/v1/consent", headers=headers, json=decision)
    assert (answer.status_code, code(answer)) == expected


def test_a_malformed_body_is_not_looked_at_before_the_caller(http: httpx.Client, people: People) -> None:
    assert code(http.post("/api/v1/patients", content=b"{")) == "AUTH_HEADER_MISSING_001"


def test_quarantine_comes_before_role_and_consent(http: httpx.Client, people: People) -> None:
    patient = people.patient(tenant=APOLLO, quarantined=True, consented=False)
    headers = people.headers(people.issuer.token("user_root", platform_admin=True), APOLLO)
    upload = {"patient_id": patient.id, "filename": "a.pdf", "content_type": "application/pdf", "size": 2000}
    assert code(http.post("/api/v1/uploads/presign", headers=headers, json=upload)) == "PATIENT_QUARANTINED_001"
    release_patient(tenant_id=APOLLO, patient_id=patient.id)
    assert code(http.post("/api/v1/uploads/presign", headers=headers, json=upload)) == "AUTH_UNAUTHORIZED_001"
