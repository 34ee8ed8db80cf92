"""Every code of the contract, met over HTTP the way a client meets it."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest

from events import emit
from patients import api
from tests.patients.uploads import DATA, REPORT
from tests.people import People
from tests.stories.client import Client

APOLLO = "tenant-apollo-001"


def no_token(client: Client) -> httpx.Response:
    return client.http.get("/api/v1/patients/x")


def expired_token(client: Client) -> httpx.Response:
    token = client.people.issuer.token(str(client.patient.subject), expires_in=-1)
    return client.read(Authorization=f"Bearer {token}")


def broken_token(client: Client) -> httpx.Response:
    return client.read(Authorization=client.headers["Authorization"][:-4])


def reader_writes(client: Client) -> httpx.Response:
    token = client.people.issuer.token("user_root", platform_admin=True)
    return client.change(Authorization=f"Bearer {token}")


def no_tenant(client: Client) -> httpx.Response:
    return client.http.get("/api/v1/patients/x", headers={"Authorization": client.headers["Authorization"]})


def unknown_tenant(client: Client) -> httpx.Response:
    return client.read(**{"X-Tenant-ID": "tenant-none"})


def foreign_tenant(client: Client) -> httpx.Response:
    return client.read(**{"X-Tenant-ID": APOLLO})


def unknown_patient(client: Client) -> httpx.Response:
    return client.read("nobody")


def quarantined_patient(client: Client) -> httpx.Response:
    locked = client.people.patient(quarantined=True)
    return client.http.get(f"/api/v1/patients/{locked.id}", headers=client.people.patient_headers(locked))


def no_consent(client: Client) -> httpx.Response:
    return client.uploads(client.people.patient(consented=False)).announce()


def invalid_input(client: Client) -> httpx.Response:
    return client.change({"country": "nowhere"})


def wrong_extension(client: Client) -> httpx.Response:
    return client.uploads().announce(filename="scan.dcm")


def too_small(client: Client) -> httpx.Response:
    return client.uploads().announce(size=1)


def too_large(client: Client) -> httpx.Response:
    return client.uploads().announce(size=21 * 1024 * 1024)


def wrong_content(client: Client) -> httpx.Response:
    uploads = client.uploads()
    target = uploads.target(filename="a.jpg", content_type="image/jpeg", size=len(REPORT))
    uploads.put(target, (DATA / "knee-report.pdf").read_bytes())
    return uploads.confirm(target)


def nothing_put(client: Client) -> httpx.Response:
    uploads = client.uploads()
    return uploads.confirm(uploads.target())


def unknown_document(client: Client) -> httpx.Response:
    return client.uploads().confirm({"document_id": "doc_none"})


def forged_address(client: Client) -> httpx.Response:
    return client.http.put("/uploads/forged", content=REPORT)


def key_with_another_body(client: Client) -> httpx.Response:
    client.change({"country": "US"}, **{"X-Idempotency-Key": "k"})
    return client.change({"country": "GB"}, **{"X-Idempotency-Key": "k"})


def registered_already(client: Client) -> httpx.Response:
    return client.http.post("/api/v1/patients", headers=client.headers, json={"first_name": "A", "last_name": "B"})


def too_many_writes(client: Client) -> httpx.Response:
    client.with_settings(RATE_LIMIT_WRITES=1)
    if time.time() % 60 > 55:
        time.sleep(6)  # the minute must not end between the two
    client.change()
    return client.change()


def undeclared_event(client: Client) -> httpx.Response:
    client.patch.setattr(emit, "REGISTRY", {})
    return client.change({"country": "US"})


def unsigned_callback(client: Client) -> httpx.Response:
    return client.http.post("/webhooks/qstash/document-parse", json={"document_id": "doc_none"})


def unforeseen(client: Client) -> httpx.Response:
    client.patch.setattr(api, "update_patient", lambda **_: 1 / 0)
    return client.change({"country": "US"})


def switched_off(client: Client) -> httpx.Response:
    from patients import api_stream

    class Off:
        def enabled(self, _: str) -> bool:
            return False

    client.patch.setattr(api_stream, "flags", Off)
    return client.http.get(f"/api/v1/patients/{client.patient.id}/events/stream", headers=client.headers)


@pytest.mark.parametrize(
    ("status", "code", "mistake"),
    [
        (401, "AUTH_HEADER_MISSING_001", no_token),
        (401, "AUTH_TOKEN_EXPIRED_001", expired_token),
        (401, "AUTH_TOKEN_INVALID_001", broken_token),
        (403, "AUTH_UNAUTHORIZED_001", reader_writes),
        (400, "TENANT_HEADER_MISSING_001", no_tenant),
        (404, "TENANT_NOT_FOUND_001", unknown_tenant),
        (403, "TENANT_MISMATCH_001", foreign_tenant),
        (404, "PATIENT_NOT_FOUND_001", unknown_patient),
        (423, "PATIENT_QUARANTINED_001", quarantined_patient),
        (403, "CONSENT_REQUIRED_001", no_consent),
        (422, "INTAKE_VALIDATION_001", invalid_input),
        (422, "UPLOAD_EXTENSION_001", wrong_extension),
        (422, "UPLOAD_TOO_SMALL_001", too_small),
        (422, "UPLOAD_TOO_LARGE_001", too_large),
        (422, "UPLOAD_CONTENT_TYPE_001", wrong_content),
        (422, "UPLOAD_MISSING_001", nothing_put),
        (404, "DOCUMENT_NOT_FOUND_001", unknown_document),
        (403, "UPLOAD_URL_001", forged_address),
        (409, "IDEMPOTENCY_CONFLICT_001", key_with_another_body),
        (409, "PATIENT_EXISTS_001", registered_already),
        (429, "RATE_LIMIT_001", too_many_writes),
        (503, "SSE_CONNECTION_001", switched_off),
        (500, "EVENT_EMIT_001", undeclared_event),
        (401, "QSTASH_VERIFY_001", unsigned_callback),
        (500, "INTERNAL_001", unforeseen),
    ],
)
def test_a_mistake_is_refused_by_its_name(
    http: httpx.Client,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str,
    mistake: Callable[[Client], httpx.Response],
) -> None:
    answer = mistake(Client(http, people, monkeypatch))
    body = answer.json()
    assert (answer.status_code, body["data"], body["errors"][0]["code"]) == (status, None, code)
    assert body["meta"]["request_id"] == answer.headers["X-Correlation-ID"]
    if status in (429, 503):
        assert int(answer.headers["Retry-After"]) > 0
