"""Two tenants side by side: what one does is seen, counted and remembered in it alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from django.conf import settings

from curaway.api import api
from curaway.openapi import WRITES
from events.models import Event, Job
from tests.patients.matching.records import TOLD
from tests.patients.uploads import REPORT, Uploader
from tests.people import SHARED, People
from tests.stories.test_every_write import BODIES, Writer
from tests.webhooks.callbacks import status_in

APOLLO = "tenant-apollo-001"
OF_A_PATIENT = sorted(
    (method.upper(), path)
    for path, methods in api.get_openapi_schema()["paths"].items()
    for method in methods
    if "{patient_id}" in path and method != "head"
)


class Hospital:
    """A tenant with a patient, and a coordinator who does everything for them."""

    def __init__(self, http: httpx.Client, people: People, tenant: str) -> None:
        self.http, self.tenant = http, tenant
        self.patient = people.patient(tenant=tenant, **TOLD)
        self.headers = people.coordinator_headers(tenant, subject=f"user_of_{tenant}_{self.patient.id}")
        self.uploads = Uploader(http, self.headers, self.patient.id)

    def ask(self, method: str, path: str, patient_id: str, body: Any = None) -> httpx.Response:
        address = path.format(patient_id=patient_id, resource_type="Condition")
        return self.http.request(method, address, headers=self.headers, json=body, timeout=30)

    def lives(self, callbacks: Any) -> None:
        """Uploads, has it read and analyzed, talks, and asks for a match."""
        target = self.uploads.target()
        self.uploads.put(target, REPORT)
        assert self.uploads.confirm(target).status_code == 202
        for kind in ("document-parse", "clinical-extract"):
            job = Job.objects.get(patient_id=self.patient.id, kind=kind)
            assert status_in(callbacks.send(kind, job.message())) == "done"
        for path, body in (("chat", {"message": "I have asthma"}), ("match", {})):
            assert self.ask("POST", f"/api/v1/patients/{{patient_id}}/{path}", self.patient.id, body).is_success

    def facts(self) -> list[str]:
        events = Event.objects.filter(patient_id=self.patient.id, position__isnull=False).order_by("position")
        assert {event.tenant_id for event in events} <= {self.tenant}
        return [event.event_type for event in events]


@pytest.fixture
def both(http: httpx.Client, people: People) -> list[Hospital]:
    return [Hospital(http, people, tenant) for tenant in (SHARED, APOLLO)]


def test_both_live_at_once_and_neither_hears_of_the_other(both, callbacks, stream):
    heard = [stream(one.patient, follow=True) for one in both]
    for watching in heard:
        watching.connected()
    for hospital in both:
        hospital.lives(callbacks)
    assert both[0].facts() == both[1].facts()
    for hospital, watching in zip(both, heard, strict=True):
        frames = watching.take(len(hospital.facts()))
        assert [frame.data["event_type"] for frame in frames] == hospital.facts()
        told = " ".join(str(frame.data) for frame in frames)
        other = next(one for one in both if one is not hospital)
        assert other.patient.id not in told


@pytest.mark.parametrize(("method", "path"), OF_A_PATIENT)
def test_a_patient_of_the_other_tenant_is_not_to_be_found(both, method, path):
    one, other = both
    body = {"message": "Hello"} if method != "GET" else None
    before = [hospital.facts() for hospital in both]
    for asking, whose in ((one, other), (other, one)):
        answer = asking.ask(method, path, whose.patient.id, body)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "PATIENT_NOT_FOUND_001")
        # Nor by saying that one is there.
        there = {**asking.headers, "X-Tenant-ID": whose.tenant}
        address = path.format(patient_id=whose.patient.id, resource_type="Condition")
        refused = asking.http.request(method, address, headers=there, json=body)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "TENANT_MISMATCH_001")
    assert [hospital.facts() for hospital in both] == before


def test_a_patient_is_named_in_a_body_in_vain_as_well(both):
    one, other = both
    target = other.uploads.target()
    named = {
        "/api/v1/consent": {
            "patient_id": other.patient.id,
            "purpose": "analytics",
            "granted": True,
            "policy_version": "1",
        },
        "/api/v1/uploads/presign": {
            "patient_id": other.patient.id,
            "filename": "a.pdf",
            "content_type": "application/pdf",
            "size": 2000,
        },
        "/api/v1/uploads/confirm": {"document_id": target["document_id"]},
    }
    without_a_patient = {path for method, path in BODIES if "{patient_id}" not in path} - {"/api/v1/patients"}
    assert set(named) == without_a_patient
    for path, body in named.items():
        assert one.ask("POST", path, "", body).status_code == 404
    assert other.facts() == []


def test_the_same_key_in_both_is_two_keys(both):
    for hospital in both:
        hospital.headers = {**hospital.headers, "X-Idempotency-Key": "the-same"}
        answer = hospital.ask("PUT", "/api/v1/patients/{patient_id}", hospital.patient.id, {"locale": "es"})
        assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (200, False)


def test_the_writes_of_one_are_not_counted_for_the_other(both, monkeypatch):
    monkeypatch.setattr(settings, "ENVIRONMENT", replace(settings.ENVIRONMENT, RATE_LIMIT_WRITES=3))
    one, other = both

    def write(hospital: Hospital) -> int:
        return hospital.ask("PUT", "/api/v1/patients/{patient_id}", hospital.patient.id, {}).status_code

    answers = [write(one) for _ in range(8)]
    # A minute may end in between and begin the count anew.
    assert 429 in answers
    assert write(other) == 200


def test_every_write_is_looked_at(http, people):
    assert {method for method, _ in BODIES} <= {method.upper() for method in WRITES}
    assert Writer(http, people).left()["facts"] == {}
