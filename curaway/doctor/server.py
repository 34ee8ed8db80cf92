"""The server as the world sees it: readiness, and whether callbacks reach it with keys that fit."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from urllib.parse import urlsplit

import httpx
import jwt

from curaway.doctor.finding import Finding, fail, ok, warn
from curaway.environment import Environment
from curaway.signature import ISSUER

ASK_SECONDS = 10.0
CALLBACK = "/webhooks/qstash/document-parse"
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def readiness(url: str) -> Finding:
    """What /ready says; raises `httpx.HTTPError` when nobody answers."""
    answer = httpx.get(f"{url}/ready", timeout=ASK_SECONDS)
    try:
        checks: dict[str, str] = answer.json()["checks"]
    except (ValueError, KeyError, TypeError):
        return warn(
            "readiness", f"/ready answered {answer.status_code} and nothing of ours", "let the proxy pass /ready"
        )
    said = "; ".join(f"{name}: {state}" for name, state in checks.items() if state != "ok")
    if answer.status_code != 200:
        return fail("readiness", said, "what /ready names has to be mended first")
    return warn("readiness", said, "it serves, and more slowly than it could") if said else ok("readiness", "ready")


def development_mode(environment: Environment, url: str) -> Finding:
    """DEBUG is for one machine: with it, anybody on that machine makes tokens."""
    if environment.DEBUG and urlsplit(url).hostname not in LOCAL:
        return fail("mode", "DEBUG is on at an address that is not local", "turn DEBUG off")
    return ok("mode", "development" if environment.DEBUG else "production")


def callbacks(environment: Environment) -> Finding:
    """Sends a callback that is signed as QStash would and asks for nothing: who refuses it, and why, tells the rest.

    Raises `httpx.HTTPError` when nobody answers at PUBLIC_BASE_URL.
    """
    url = environment.public_base_url + CALLBACK
    headers = {"Content-Type": "application/json"}
    if environment.signing_keys:
        headers["Upstash-Signature"] = _signature(url, b"{}", environment.signing_keys[0])
    answer = httpx.post(url, content=b"{}", headers=headers, timeout=ASK_SECONDS)
    if answer.status_code == 489:
        return ok("callbacks", "reach the server, and its keys are these")
    if answer.status_code == 401:
        return fail(
            "callbacks",
            "the server refuses a signature made with the key set here",
            "the server was started with other keys, or with another PUBLIC_BASE_URL",
        )
    return fail("callbacks", f"PUBLIC_BASE_URL answered {answer.status_code}", "it must lead to this server")


def _signature(url: str, body: bytes, key: str) -> str:
    now = int(time.time())
    digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode()
    claims = {"iss": ISSUER, "sub": url, "exp": now + 60, "nbf": now - 5, "iat": now, "jti": str(uuid.uuid4())}
    return jwt.encode({**claims, "body": digest}, key, algorithm="HS256")
