"""Every answer of the API comes in the envelope, whatever went wrong."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from django.test import Client

from curaway.errors import CATALOGUE
from patients import live
from tests.people import People


def problem(answer: httpx.Response) -> dict[str, Any]:
    body = answer.json()
    assert body.keys() == {"data", "meta", "errors"}
    assert body["data"] is None
    assert answer.headers["X-Correlation-ID"] == body["meta"]["request_id"]
    return dict(body["errors"][0])


def test_an_answer_says_when_and_under_which_id_it_was_made(http: httpx.Client, people: People) -> None:
    patient = people.patient()
    headers = {**people.patient_headers(patient), "X-Correlation-ID": "my:request-1"}
    answer = http.get(f"/api/v1/patients/{patient.id}", headers=headers)
    body = answer.json()
    assert body["errors"] == []
    assert body["meta"].keys() == {"request_id", "timestamp", "api_version"}
    assert (body["meta"]["request_id"], body["meta"]["api_version"]) == ("my:request-1", "v1")
    assert answer.headers["X-Correlation-ID"] == "my:request-1"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["meta"]["timestamp"])


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2", "/api", "/webhooks/qstash/unknown", "/uploads/a/b"])
def test_an_unknown_path_is_refused_in_the_envelope(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, problem(answer)["code"]) == (404, "ROUTE_NOT_FOUND_001")


@pytest.mark.parametrize("path", ["/api/v1/", "/portal/", "/api/v1/nothing"])
def test_a_developer_sees_no_other_refusal(database: None, settings: Any, path: str) -> None:
    settings.DEBUG = True
    answer = Client().get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert answer.json()["errors"][0]["code"] == "ROUTE_NOT_FOUND_001"


@pytest.mark.parametrize("path", ["/health", "/ready"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_probes_are_only_read(http: httpx.Client, method: str, path: str) -> None:
    answer = http.request(method, path)
    assert (answer.status_code, problem(answer)["code"]) == (405, "METHOD_NOT_ALLOWED_001")
    assert answer.headers["Allow"] == "GET, HEAD"


def test_the_admin_is_found_without_its_slash(http: httpx.Client) -> None:
    answer = http.get("/admin", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


def test_a_method_that_is_not_answered_is_refused_with_those_that_are(http: httpx.Client) -> None:
    answer = http.delete("/api/v1/patients/x")
    assert (answer.status_code, problem(answer)["code"]) == (405, "METHOD_NOT_ALLOWED_001")
    assert answer.headers["Allow"] == "GET, HEAD, PUT"


def test_the_unforeseen_says_nothing_but_the_correlation_id(
    http: httpx.Client, people: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("SELECT secret FROM patients")

    monkeypatch.setattr(live, "snapshot_for", fail)
    patient = people.patient()
    answer = http.get(f"/api/v1/patients/{patient.id}/summary", headers=people.patient_headers(patient))
    assert (answer.status_code, problem(answer)["code"]) == (500, "INTERNAL_001")
    assert "secret" not in answer.text + caplog.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "challenge"),
    [
        ("GET", "/api/v1/patients/x", "Bearer"),
        ("GET", "/api/v1/patients/x/events/stream", "Bearer"),
        ("POST", "/webhooks/qstash/document-parse", "Upstash-Signature"),
    ],
)
def test_who_is_not_known_is_told_how_to_sign_in(http: httpx.Client, method: str, path: str, challenge: str) -> None:
    answer = http.request(method, path)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, challenge)


def test_nul_is_refused_wherever_it_stands(http: httpx.Client, people: People) -> None:
    headers = people.patient_headers(people.patient())
    for path in ("/api/v1/patients/a%00", "/api/v1/patients/a/summary?x=%00", "/api/v1/patients/a/events?%00=1"):
        assert 400 <= http.get(path, headers=headers).status_code < 500
    assert http.put("/uploads/%00", content=b"").status_code == 403


def test_health_needs_nobody_and_nothing(http: httpx.Client) -> None:
    assert http.get("/health").status_code == 200


def test_the_description_shows_the_envelope_the_headers_and_the_refusal(http: httpx.Client) -> None:
    schema = http.get("/api/v1/openapi.json").json()
    operation = schema["paths"]["/api/v1/consent"]["post"]
    assert {entry["name"] for entry in operation["parameters"]} == {
        "X-Tenant-ID",
        "X-Correlation-ID",
        "X-Idempotency-Key",
    }
    created = operation["responses"]["201"]["content"]["application/json"]["schema"]["$ref"]
    assert schema["components"]["schemas"][created.rpartition("/")[2]]["required"] == ["data", "meta", "errors"]
    refused = operation["responses"]["default"]["content"]["application/json"]["schema"]
    assert refused == {"$ref": "#/components/schemas/Refusal"}
    assert operation["security"] == [{"BearerInTenant": []}]
    assert http.get("/api/v1/docs").status_code == 200


def test_every_code_is_of_the_one_grammar() -> None:
    assert all(re.fullmatch(r"[A-Z]+(_[A-Z]+)*_\d{3}", code) for code in CATALOGUE)
