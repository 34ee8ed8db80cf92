"""Callbacks as QStash sends them."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import time
from typing import Any

import httpx
import jwt

CURRENT, NEXT = "sig_current_0123456789abcdefghij", "sig_next_0123456789abcdefghijklm"


def with_signing_keys(environment: Any, current: str = CURRENT, following: str = NEXT) -> Any:
    """The settings, with these keys and no others."""
    return dataclasses.replace(
        environment,
        QSTASH_CURRENT_SIGNING_KEY=current,
        QSTASH_NEXT_SIGNING_KEY=following,
        QSTASH_SIGNING_KEY="",
    )


def signature(url: str, content: bytes, *, key: str = CURRENT, **changes: Any) -> str:
    """The `Upstash-Signature` of a delivery; `changes` replace its claims."""
    now = int(time.time())
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode()
    claims = {"iss": "Upstash", "sub": url, "exp": now + 300, "nbf": now, "iat": now, "jti": "jwt_1"}
    return jwt.encode({**claims, "body": digest, **changes}, key, algorithm="HS256")


class Callbacks:
    """Sends signed callbacks to the server at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def send(
        self, job: str, message: Any, *, timeout: float = 60, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        address = f"{self.url}/webhooks/qstash/{job}"
        signed = {"Upstash-Signature": signature(address, body), **(headers or {})}
        return httpx.post(address, content=body, headers=signed, timeout=timeout)


def status_in(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["data"]["status"])


def code_in(answer: httpx.Response) -> tuple[int, str]:
    (error,) = answer.json()["errors"]
    return answer.status_code, str(error["code"])
