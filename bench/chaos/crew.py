"""The people of a run: who is registered, who may listen to whom, and who may not but tries."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from bench.chaos.marks import new_mark
from bench.chaos.tokens import Issuer, Person
from bench.chaos.viewer import Viewer

SHARED, SHARED_ORGANIZATION = "tenant-curaway-patients", "org_tenant_curaway_patients"
OTHER, OTHER_ORGANIZATION = "tenant-apollo-001", "org_tenant_apollo_001"
REQUIRED = ("clinical_data_processing", "cross_border_transfer", "provider_sharing")
"""Granted before the faults begin: without them nothing is read, and no match is made."""

NARROW = ("document_update", "match_progress")


class Patient:
    """One of the run's patients; those of the other tenant have no user of their own."""

    def __init__(self, patient_id: str, mark: str, tenant: str, acts_as: Person) -> None:
        self.id = patient_id
        self.mark = mark
        self.tenant = tenant
        self.acts_as = acts_as


def coordinator(tenant: str, number: int = 1, role: str = "coordinator") -> Person:
    organization = SHARED_ORGANIZATION if tenant == SHARED else OTHER_ORGANIZATION
    return Person(f"user_chaos_{role}_{number}_{tenant}", tenant, organization, role)


class Crew:
    """Registers patients over HTTP, directly with one worker, before anything goes wrong."""

    def __init__(self, url: str, data_dir: Path) -> None:
        self._http = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self._issuer = Issuer(data_dir)

    def register(self, count: int) -> list[Patient]:
        """A quarter of them in the other tenant, at least one."""
        elsewhere = max(1, count // 4)
        here = [self._registered(number, SHARED) for number in range(count - elsewhere)]
        return [*here, *(self._registered(number, OTHER) for number in range(elsewhere))]

    def _registered(self, number: int, tenant: str) -> Patient:
        own = Person(f"user_chaos_{number}_{time.time_ns():x}", tenant)
        who = own if tenant == SHARED else coordinator(tenant)
        mark = new_mark()
        details = {
            "first_name": mark,
            "last_name": f"Number {number}",
            "email": f"{mark}@example.com",
            "country": "US",
            "date_of_birth": "1961-04-12",
            "sex": "female",
            "procedure_interest": "Total knee replacement, right",
        }
        told = self._post(who, "/api/v1/patients", details)
        for purpose in REQUIRED:
            decision = {"patient_id": told["id"], "purpose": purpose, "granted": True, "policy_version": "2026-01"}
            self._post(who, "/api/v1/consent", decision)
        return Patient(told["id"], mark, tenant, who)

    def _post(self, who: Person, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._http.post(path, headers=self._issuer.headers(who), json=body)
        answer.raise_for_status()
        data: dict[str, Any] = answer.json()["data"]
        return data


def viewers(patients: Sequence[Patient]) -> list[Viewer]:
    """Everybody who listens, allowed or not."""
    return [viewer for at, patient in enumerate(patients) for viewer in _around(patient, patients[at - 1])]


def _around(patient: Patient, other: Patient) -> Iterator[Viewer]:
    def viewer(name: str, person: Person, **how: Any) -> Viewer:
        return Viewer(name=f"{patient.id}/{name}", patient=patient.id, tenant=patient.tenant, person=person, **how)

    admin = Person("user_chaos_platform", patient.tenant, platform_admin=True)
    yield viewer("first", patient.acts_as)
    yield viewer("by address", patient.acts_as, in_query=True, follow=False)
    yield viewer("from now", coordinator(patient.tenant, 2), since=None)
    yield viewer("narrow", coordinator(patient.tenant, 3, "admin"), types=NARROW)
    yield viewer("long poll", admin, how="poll")
    yield from (_outsider(viewer, name, person) for name, person in _strangers(patient, other))


def _outsider(viewer: Any, name: str, person: Person) -> Viewer:
    made: Viewer = viewer(name, person, allowed=False)
    return made


def _strangers(patient: Patient, other: Patient) -> Iterator[tuple[str, Person]]:
    elsewhere = OTHER if patient.tenant == SHARED else SHARED
    foreign = coordinator(elsewhere, 9)
    yield "stranger of another tenant", foreign
    yield "stranger with a borrowed tenant", Person(foreign.subject, patient.tenant, foreign.organization, foreign.role)
    if patient.tenant == other.tenant == SHARED and other is not patient:
        yield "another patient", other.acts_as


def write_roster(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text(json.dumps(rows))
    return path
