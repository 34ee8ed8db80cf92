"""Which pages may call the API from a browser, and what they may read of its answers."""

from __future__ import annotations

import httpx
import pytest

from events.testing import StreamClient
from tests.people import People

PORTAL = "https://app.curaway.ai"
LOCAL = "http://localhost:5173"
FOREIGN = "https://evil.example"
SENT = {
    "authorization",
    "x-tenant-id",
    "x-correlation-id",
    "x-idempotency-key",
    "last-event-id",
    "cache-control",
    "content-type",
}
READ = {"x-correlation-id", "retry-after", "idempotency-replayed"}


def preflight(http: httpx.Client, path: str, method: str, origin: str) -> httpx.Response:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": ", ".join(sorted(SENT)),
    }
    return http.options(path, headers=asked)


def listed(answer: httpx.Response, header: str) -> set[str]:
    return {name.strip().lower() for name in answer.headers[header].split(",")}


@pytest.mark.parametrize("origin", [PORTAL, LOCAL])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/patients/p/events/stream"),
        ("GET", "/api/v1/patients/p/events"),
        ("POST", "/api/v1/consent"),
        ("PUT", "/api/v1/patients/p"),
        ("PUT", "/uploads/token"),
    ],
)
def test_our_own_pages_may_call_with_these_headers(http: httpx.Client, origin: str, method: str, path: str) -> None:
    answer = preflight(http, path, method, origin)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert method.lower() in listed(answer, "Access-Control-Allow-Methods")
    assert listed(answer, "Access-Control-Allow-Headers") >= SENT
    assert int(answer.headers["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize("origin", [FOREIGN, "null", "https://app.curaway.ai.evil.example", "http://app.curaway.ai"])
def test_other_pages_may_not(http: httpx.Client, people: People, origin: str) -> None:
    asked = preflight(http, "/api/v1/consent", "POST", origin)
    assert "Access-Control-Allow-Origin" not in asked.headers
    patient = people.patient()
    read = http.get(f"/api/v1/patients/{patient.id}", headers={**people.patient_headers(patient), "Origin": origin})
    assert "Access-Control-Allow-Origin" not in read.headers


def test_no_page_may_send_cookies(http: httpx.Client) -> None:
    answer = preflight(http, "/api/v1/consent", "POST", PORTAL)
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_the_stream_can_be_read_by_our_page_and_its_answer_is_not_shared_between_origins(
    people: People, server: httpx.Client
) -> None:
    patient = people.patient()
    client = StreamClient(server.url, patient, people.patient_headers(patient), extra_headers={"Origin": PORTAL})
    client.connected()
    client.close()
    assert client.headers["access-control-allow-origin"] == PORTAL
    assert {name.strip() for name in client.headers["access-control-expose-headers"].split(",")} >= READ
    assert "origin" in client.headers["vary"].lower()


@pytest.mark.parametrize(
    ("status", "method", "path", "body"),
    [
        (401, "GET", "/api/v1/patients/p", b""),
        (401, "GET", "/api/v1/patients/p/events/stream", b""),
        (404, "GET", "/api/v1/nothing", b""),
        (405, "DELETE", "/api/v1/patients/p", b""),
        (403, "PUT", "/uploads/forged", b"x"),
        (413, "POST", "/api/v1/consent", b" " * (1024 * 1024 + 1)),
    ],
)
def test_a_refusal_can_be_read_by_our_page(
    http: httpx.Client, status: int, method: str, path: str, body: bytes
) -> None:
    answer = http.request(method, path, content=body, headers={"Origin": PORTAL})
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == PORTAL
    assert listed(answer, "Access-Control-Expose-Headers") >= READ


def test_what_is_answered_later_can_be_read_too(http: httpx.Client, people: People) -> None:
    patient = people.patient()
    headers = {**people.patient_headers(patient), "Origin": PORTAL}
    answer = http.get(f"/api/v1/patients/{patient.id}/events?wait=0.1", headers=headers)
    assert answer.json()["data"]["events"] == []
    assert answer.headers["Access-Control-Allow-Origin"] == PORTAL
    assert listed(answer, "Access-Control-Expose-Headers") >= READ
