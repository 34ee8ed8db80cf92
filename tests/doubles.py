"""Stand-ins for the services we do not own, each speaking its vendor's real wire format on 127.0.0.1."""

from __future__ import annotations

import gzip
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tests.http_double import Answer, HttpDouble, Request


class ClerkDouble(HttpDouble):
    """A Clerk instance: `/.well-known/jwks.json`, its keys, and session tokens as Clerk signs them."""

    issuer = "https://clerk.example.test"

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, rsa.RSAPrivateKey] = {}
        self.rotate("ins_first")

    def rotate(self, kid: str) -> None:
        """Make and publish a new key, the one that signs from now on."""
        self.kid = kid
        self.keys[kid] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/.well-known/jwks.json"

    @property
    def pem(self) -> str:
        encoded = (
            self.keys[self.kid]
            .public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
        return encoded.decode()

    def claims(self, **changes: Any) -> dict[str, Any]:
        """A patient's session, 60 s long; a change to None removes the claim."""
        now = int(time.time())
        claims = {
            "azp": "https://app.curaway.ai",
            "exp": now + 60,
            "fva": [0, -1],
            "iat": now,
            "iss": self.issuer,
            "jti": "9f0b1e",
            "nbf": now - 10,
            "sid": "sess_1",
            "sts": "active",
            "sub": "user_maria",
            "v": 2,
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, **changes: Any) -> str:
        headers = {"kid": self.kid, "cat": "cl_B7d4PD111AAA"}
        return jwt.encode(self.claims(**changes), self.keys[self.kid], algorithm="RS256", headers=headers)

    def answer(self, request: Request) -> Answer:
        if request.path != "/.well-known/jwks.json":
            return Answer(404)
        return Answer.json({"keys": [_jwk(kid, key) for kid, key in self.keys.items()]})


def _jwk(kid: str, key: rsa.RSAPrivateKey) -> dict[str, Any]:
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"use": "sig", "kty": "RSA", "kid": kid, "alg": "RS256", "n": public["n"], "e": public["e"]}


class FlagsmithDouble(HttpDouble):
    """Flagsmith's SDK API for one environment with one feature."""

    key = "ser.test"

    def __init__(self, feature: str, *, enabled: bool) -> None:
        super().__init__()
        self.feature = feature
        self.enabled = enabled
        self.document: Any = None
        """Answered instead of the real document when set."""

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/v1/"

    def answer(self, request: Request) -> Answer:
        if request.headers.get("x-environment-key") != self.key:
            return Answer.json({"detail": "Invalid or missing Environment Key"}, 403)
        if request.path != "/api/v1/environment-document/":
            return Answer(404)
        return Answer.json(self._environment() if self.document is None else self.document)

    def _environment(self) -> dict[str, Any]:
        return {
            "id": 1,
            "api_key": "environment",
            "name": "Test",
            "updated_at": "2026-01-01T00:00:00.000000+00:00",
            "project": {"id": 1, "name": "Curaway", "segments": [], "hide_disabled_flags": False},
            "identity_overrides": [],
            "feature_states": [
                {
                    "enabled": self.enabled,
                    "feature": {"id": 1, "name": self.feature, "type": "STANDARD"},
                    "feature_state_value": None,
                    "featurestate_uuid": "40eb539d-3713-4720-bbd4-829dbef10d51",
                    "feature_segment": None,
                    "multivariate_feature_state_values": [],
                }
            ],
        }


class PostHogDouble(HttpDouble):
    """PostHog's ingestion: `/batch/`, gzip."""

    def answer(self, request: Request) -> Answer:
        return Answer.json({"status": "Ok"}) if request.path == "/batch/" else Answer(404)

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every event received, in order."""
        batches = (json.loads(gzip.decompress(request.body)) for request in list(self.requests))
        return [event for batch in batches for event in batch["batch"]]


class QStashDouble(HttpDouble):
    """QStash's publishing and scheduling; `status` and `headers` make it refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 201
        self.seconds = 0.0
        self.headers: dict[str, str] = {}

    def answer(self, request: Request) -> Answer:
        time.sleep(self.seconds)
        if self.status >= 400:
            return Answer(self.status, b'{"error":"secret detail"}', self.headers)
        if request.path.startswith("/v2/schedules/"):
            return Answer.json({"scheduleId": request.headers["upstash-schedule-id"]}, self.status)
        return Answer.json({"messageId": "msg_1"}, self.status)
