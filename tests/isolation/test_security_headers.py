"""What every answer tells a browser, and what Django says of the settings of production."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client
from django.utils.module_loading import import_string

from curaway.security_headers import ALWAYS
from tests.people import People

ROOT = Path(__file__).resolve().parents[2]

ANSWERS = [
    ("GET", "/health", 200),
    ("GET", "/", 200),
    ("GET", "/api/v1/docs", 200),
    ("GET", "/api/v1/nothing", 404),
    ("POST", "/webhooks/qstash/sweep", 401),
    ("PUT", "/uploads/forged", 403),
    ("GET", "/admin/login/", 200),
    ("GET", "/static/admin/css/base.css", 200),
    ("DELETE", "/api/v1/consent", 405),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_says_what_a_browser_must_not_do_with_it(
    http: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = http.request(method, path)
    assert answer.status_code == status
    assert {name for name in ALWAYS if name not in answer.headers} == set()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_answer_to_a_host_that_is_not_served_says_so_too(http: httpx.Client) -> None:
    answer = http.get("/health", headers={"Host": "elsewhere.example"})
    assert answer.status_code >= 400
    assert {name for name in ALWAYS if name not in answer.headers} == set()


def test_what_is_told_about_a_person_is_kept_by_no_cache(http: httpx.Client, people: People) -> None:
    patient = people.patient()
    headers = people.patient_headers(patient)
    told = http.get(f"/api/v1/patients/{patient.id}", headers=headers)
    page = http.get(f"/api/v1/patients/{patient.id}/events", headers=headers)
    refused = http.get(f"/api/v1/patients/{patient.id}")
    assert {answer.headers["Cache-Control"] for answer in (told, page, refused)} == {"no-store"}


def test_a_stream_keeps_its_own_headers_and_has_these_as_well(people: People, stream: object) -> None:
    client = stream(people.patient())  # type: ignore[operator]
    client.connected()
    assert client.headers["cache-control"] == "no-cache, no-transform"
    assert {name for name in ALWAYS if name.lower() not in client.headers} == set()


def production() -> dict[str, str]:
    """What a server needs to start with DEBUG off."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        "DEBUG": "off",
        "DATABASE_URL": "postgres://curaway:secret@db.example/curaway",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "api.curaway.example",
        "PUBLIC_BASE_URL": "https://api.curaway.example",
        "PHI_MASTER_KEYS": base64.b64encode(os.urandom(32)).decode(),
        "CLERK_JWT_KEY": pem.decode(),
        "CLERK_ISSUER": "https://clerk.curaway.example",
        "CLERK_AUTHORIZED_PARTIES": "https://app.curaway.example",
        "QSTASH_TOKEN": "token",
        "QSTASH_CURRENT_SIGNING_KEY": "sig_current",
        "QSTASH_NEXT_SIGNING_KEY": "sig_next",
    }


def in_production(tmp_path: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**kept, **production(), "DATA_DIR": str(tmp_path), **changes},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_django_has_nothing_to_say_against_production(tmp_path: Path) -> None:
    checked = in_production(tmp_path, "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr
    # Preloading is asked for by the owner of a whole domain; and see the next test. Nothing else is left unsaid.
    assert settings.SILENCED_SYSTEM_CHECKS == ["security.W003", "security.W021"]
    assert "no issues (2 silenced)" in checked.stdout + checked.stderr


def test_forms_are_protected_though_django_does_not_know_the_name() -> None:
    protecting = [import_string(name) for name in settings.MIDDLEWARE]
    assert any(isinstance(one, type) and issubclass(one, CsrfViewMiddleware) for one in protecting)
    forging = Client(enforce_csrf_checks=True)
    assert forging.post("/admin/login/", {"username": "admin", "password": "x"}).status_code == 403


def test_it_would_say_so_if_something_were_wrong(tmp_path: Path) -> None:
    weak = in_production(tmp_path, "check", "--deploy", "--fail-level", "WARNING", PUBLIC_BASE_URL="http://a.example")
    assert weak.returncode != 0
    assert "security.W008" in weak.stderr
