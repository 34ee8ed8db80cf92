"""Every route that writes has one effect and one answer per idempotency key; a new one can't be forgotten here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from curaway.api import api
from curaway.openapi import WRITES
from events.models import Event
from patients.models import Consent, Document, IdempotencyKey, Match, Patient
from tests.patients.matching.records import told
from tests.patients.uploads import PDF, REPORT, Uploader
from tests.people import People

ROUTES = sorted(
    (method.upper(), path)
    for path, methods in api.get_openapi_schema()["paths"].items()
    for method in methods
    if method in WRITES
)
AT_ONCE = 6


class Writer:
    """A patient who writes; what their writes leave behind."""

    def __init__(self, http: httpx.Client, people: People) -> None:
        self.http = http
        self.patient = told(people)
        self.headers = people.patient_headers(self.patient)

    def becomes_somebody_new(self, people: People) -> None:
        """With a session, and no record yet."""
        self.subject = f"user_new_{self.patient.id}"
        self.headers = people.headers(people.issuer.token(self.subject))

    def send(self, method: str, path: str, body: Any, key: str | None = None) -> httpx.Response:
        keyed = {"X-Idempotency-Key": key} if key else {}
        return self.http.request(
            method, path.format(patient_id=self.patient.id), headers={**self.headers, **keyed}, json=body, timeout=60
        )

    def left(self) -> dict[str, Any]:
        """Everything a write leaves, without what differs between two patients."""
        whose = Patient.objects.filter(subject=getattr(self, "subject", self.patient.subject))
        facts = Event.objects.filter(patient_id__in=whose.values("pk")).values_list("event_type", flat=True)
        kinds = (Consent, Document, Match)
        return {
            "patients": whose.count(),
            "facts": Counter(facts),
            **{kind.__name__: kind.objects.filter(patient__in=whose).count() for kind in kinds},
        }


Body = dict[str, Any]
BODIES: dict[tuple[str, str], Callable[[Writer, People], tuple[Body, Body]]] = {}
"""Route → a body it takes of this writer, and another one."""


def write(method: str, path: str) -> Callable[[Any], Any]:
    def noted(bodies: Any) -> Any:
        BODIES[method, f"/api/v1{path}"] = bodies
        return bodies

    return noted


@write("POST", "/patients")
def registration(writer: Writer, people: People) -> tuple[Body, Body]:
    writer.becomes_somebody_new(people)
    names = {"first_name": "Ana", "last_name": "Ruiz"}
    return names, {**names, "last_name": "Sanz"}


@write("PUT", "/patients/{patient_id}")
def change(writer: Writer, people: People) -> tuple[Body, Body]:
    return {"country": "GB"}, {"country": "AE"}


@write("POST", "/consent")
def consent(writer: Writer, people: People) -> tuple[Body, Body]:
    decision = {"patient_id": writer.patient.id, "purpose": "analytics", "policy_version": "1"}
    return {**decision, "granted": True}, {**decision, "granted": False}


@write("POST", "/uploads/presign")
def presign(writer: Writer, people: People) -> tuple[Body, Body]:
    upload = {"patient_id": writer.patient.id, "content_type": PDF, "size": len(REPORT)}
    return {**upload, "filename": "knee.pdf"}, {**upload, "filename": "hip.pdf"}


@write("POST", "/uploads/confirm")
def confirm(writer: Writer, people: People) -> tuple[Body, Body]:
    uploads = Uploader(writer.http, writer.headers, writer.patient.id)
    target, other = uploads.target(), uploads.target()
    for one in (target, other):
        uploads.put(one)
    return {"document_id": target["document_id"]}, {"document_id": other["document_id"]}


@write("POST", "/patients/{patient_id}/chat")
def chat(writer: Writer, people: People) -> tuple[Body, Body]:
    return {"message": "I have diabetes"}, {"message": "I have asthma"}


@write("POST", "/patients/{patient_id}/match")
def match(writer: Writer, people: People) -> tuple[Body, Body]:
    return {}, {"again": True}


def test_every_route_that_writes_is_looked_at_here() -> None:
    assert sorted(BODIES) == ROUTES


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
class TestEveryWrite:
    def test_the_same_key_is_answered_the_same_and_another_body_is_a_conflict(
        self, http: httpx.Client, people: People, route: tuple[str, str]
    ) -> None:
        writer = Writer(http, people)
        body, other = BODIES[route](writer, people)
        first = writer.send(*route, body, "key")
        assert first.is_success, first.text
        left = writer.left()
        again = writer.send(*route, body, "key")
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
        conflict = writer.send(*route, other, "key")
        assert (conflict.status_code, conflict.json()["errors"][0]["code"]) == (409, "IDEMPOTENCY_CONFLICT_001")
        assert writer.left() == left

    def test_sent_many_times_at_once_it_has_the_effect_of_once(
        self, http: httpx.Client, people: People, route: tuple[str, str]
    ) -> None:
        once, often = Writer(http, people), Writer(http, people)
        assert once.send(*route, BODIES[route](once, people)[0], "key").is_success
        body, _ = BODIES[route](often, people)
        with ThreadPoolExecutor(AT_ONCE) as many:
            answers = list(many.map(lambda _: often.send(*route, body, "key"), range(AT_ONCE)))
        good = [answer for answer in answers if answer.is_success]
        assert len({answer.content for answer in good}) == 1
        assert {answer.status_code for answer in answers if not answer.is_success} <= {409}
        assert often.left() == once.left()

    def test_a_key_of_a_wrong_form_is_refused(self, http: httpx.Client, people: People, route: tuple[str, str]) -> None:
        writer = Writer(http, people)
        body, _ = BODIES[route](writer, people)
        left = writer.left()
        refused = writer.send(*route, body, "k" * 201)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "X-Idempotency-Key")
        assert writer.left() == left
        assert not IdempotencyKey.objects.filter(subject=writer.patient.subject).exists()
