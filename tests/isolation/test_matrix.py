"""Every route, asked by everybody, with every token, about everybody, in every tenant: nothing but the contract's
answers, and nobody is told of anybody else."""

from __future__ import annotations

import http.client
import json
import os
import secrets
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from curaway.identity import Role
from events.models import Event
from patients import access
from patients.models import Document, DocumentStatus, Patient
from tests.isolation import oracle
from tests.isolation.callers import Clerk
from tests.isolation.oracle import APOLLO, About, Asker
from tests.isolation.routes import Route, Target, routes
from tests.patients.matching.records import TOLD
from tests.people import SHARED, People

ORGANIZATION = "org_tenant_curaway_patients"
ROLES = (Role.PATIENT, Role.COORDINATOR, Role.ADMIN, Role.MEMBER, Role.PLATFORM_ADMIN)
TENANTS = (SHARED, APOLLO, "tenant-nobody", None)
ROUTES = routes()


class Heard(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str


class World:
    """Patients whose names occur nowhere else, a document each, and a connection to the server."""

    def __init__(self, url: str, people: People) -> None:
        self.url = urlsplit(url)
        self.connection = self._connect()
        self.clerk = Clerk()
        made = {
            "own": people.patient(**TOLD),
            "other": people.patient(**TOLD),
            "quarantined": people.patient(quarantined=True),
            "elsewhere": people.patient(tenant=APOLLO),
        }
        for patient in made.values():
            Patient.objects.filter(pk=patient.pk).update(last_name=f"Name{secrets.token_hex(6)}")
            patient.refresh_from_db()
        self.patients = made
        self.targets = {name: Target(one.pk, _document(one)) for name, one in made.items()}
        self.targets["unknown"] = Target("pat_unknown", "doc_unknown")
        self.abouts = [About(name, one.tenant_id, one.quarantined) for name, one in made.items()]
        self.abouts.append(About("unknown", None))

    def claims(self, role: Role) -> dict[str, Any]:
        subject = (
            str(self.patients["own"].subject) if role is Role.PATIENT else f"user_{role}_{self.patients['own'].pk}"
        )
        return self.clerk.claims_of(role, subject, ORGANIZATION)

    def ask(self, route: Route, about: About, tenant: str | None, authorization: str | None) -> Heard:
        target = self.targets[about.name]
        headers = {"X-Tenant-ID": tenant, "Authorization": authorization, "X-Correlation-ID": "matrix"}
        body = route.body(target)
        given = {name: value for name, value in headers.items() if value is not None}
        if body is not None:
            given["Content-Type"] = "application/json"
        self.connection.request(route.method, route.address(target), None if body is None else json.dumps(body), given)
        return self._heard()

    def _heard(self) -> Heard:
        answer = self.connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        if headers.get("content-type", "").startswith("text/event-stream"):
            first = b""
            while answer.status == 200 and answer.length != 0 and b"\n\n" not in first and (piece := answer.read1()):
                first += piece
            self.connection.close()
            self.connection = self._connect()
            return Heard(answer.status, headers, first.decode())
        return Heard(answer.status, headers, answer.read().decode())

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(str(self.url.hostname), self.url.port, timeout=30)


def _document(of: Patient) -> str:
    """One that was confirmed already: to confirm it again changes nothing."""
    document = Document.objects.create(
        patient=of,
        tenant_id=of.tenant_id,
        filename="knee.pdf",
        content_type="application/pdf",
        size=2048,
        status=DocumentStatus.ANALYZED,
    )
    return document.pk


@pytest.fixture(scope="module")
def world(server: Any, database: None) -> Iterator[World]:
    made = World(server.url, People(Path(os.environ["DATA_DIR"])))
    verifier = made.clerk.verifier()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "verifier", lambda: verifier)
        yield made
    made.connection.close()


def wrong_with(world: World, route: Route, heard: Heard, expected: oracle.Answer, about: About) -> str | None:
    """What is wrong with an answer; None when nothing is."""
    status, code = expected
    if heard.status != status:
        return f"answered {heard.status} {heard.body[:200]}"
    if heard.headers.get("x-correlation-id") != "matrix":
        return "no correlation id"
    if heard.headers.get("cache-control") not in ("no-store", "no-cache, no-transform"):
        return f"may be kept by a cache: {heard.headers.get('cache-control')}"
    if route.method == "HEAD":
        return None if heard.body == "" else "a body"
    told = {one.last_name for one in world.patients.values() if one.last_name in heard.body}
    allowed = {world.patients[about.name].last_name} if code is None and about.name in world.patients else set()
    if told - allowed:
        return "tells of somebody else"
    return None if code is None else _wrong_refusal(world, heard, code)


def _wrong_refusal(world: World, heard: Heard, code: str) -> str | None:
    body = json.loads(heard.body)
    if body["data"] is not None or body["meta"]["request_id"] != "matrix":
        return "no envelope"
    if [problem["code"] for problem in body["errors"]] != [code]:
        return f"refused as {body['errors']}"
    if set(body["errors"][0]) - {"code", "message", "field", "reason"}:
        return f"says more: {sorted(body['errors'][0])}"
    if any(target.patient_id in heard.body or target.document_id in heard.body for target in world.targets.values()):
        return "repeats what was asked"
    return None


class Case(NamedTuple):
    """A request, and how the contract answers it; `who` says in words who asks."""

    route: Route
    about: About
    tenant: str | None
    header: str | None
    expected: oracle.Answer
    who: str


def known(world: World) -> Iterator[Case]:
    """Good tokens of every role, about everybody, in every tenant."""
    for role in ROLES:
        asker = Asker(str(role), "own" if role is Role.PATIENT else None)
        header = f"Bearer {world.clerk.signed(world.claims(role))}"
        for route, about, tenant in product(ROUTES, world.abouts, TENANTS):
            if route.names_patient or about is world.abouts[0]:
                yield Case(route, about, tenant, header, oracle.answer(route, asker, tenant, about), role)


def unknown(world: World) -> Iterator[Case]:
    """Every bad token of every role, about oneself and about another tenant's patient."""
    near_and_far = [one for one in world.abouts if one.name in ("own", "elsewhere")]
    for role in ROLES:
        for fault, (header, refusal) in world.clerk.bad_headers(world.claims(role)).items():
            for route, about, tenant in product(ROUTES, near_and_far, (SHARED, APOLLO)):
                if route.names_patient or about is world.abouts[0]:
                    yield Case(route, about, tenant, header, refusal, f"{role}, {fault}")


def run(world: World, cases: Iterator[Case]) -> tuple[int, list[str]]:
    """How many there were, and what was wrong."""
    count, wrong = 0, []
    for case in cases:
        heard = world.ask(case.route, case.about, case.tenant, case.header)
        found = wrong_with(world, case.route, heard, case.expected, case.about)
        count += 1
        if found:
            wrong.append(
                f"{case.route} by {case.who} about {case.about.name} in {case.tenant}: {case.expected}, {found}"
            )
    return count, wrong


def test_whoever_is_known_hears_what_the_contract_says(world: World, record_property: Any) -> None:
    count, wrong = run(world, known(world))
    record_property("matrix", count)
    assert wrong == []
    assert count > 1000


def test_whoever_is_not_known_hears_why_and_nothing_else(world: World, record_property: Any) -> None:
    count, wrong = run(world, unknown(world))
    record_property("matrix", count)
    assert wrong == []
    assert count > 3000


def test_nobody_has_changed_what_is_not_theirs(world: World) -> None:
    """Run last: after everything above, the patients whom nobody may write about are as they were."""
    for name in ("quarantined", "elsewhere"):
        patient = world.patients[name]
        # But that staff, who may read everybody, have looked.
        recorded = Event.objects.filter(patient_id=patient.pk)
        assert set(recorded.values_list("event_type", "actor_id")) <= {
            ("phi_viewed", world.claims(Role.PLATFORM_ADMIN)["sub"])
        }
        assert list(Document.objects.filter(patient=patient).values_list("pk", flat=True)) == [
            world.targets[name].document_id
        ]
        before = {field.attname: getattr(patient, field.attname) for field in Patient._meta.concrete_fields}
        patient.refresh_from_db()
        assert {field.attname: getattr(patient, field.attname) for field in Patient._meta.concrete_fields} == before
