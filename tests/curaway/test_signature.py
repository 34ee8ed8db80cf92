"""Callbacks are believed only when QStash signed them."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import Any

import jwt
import pytest
from qstash import Receiver

from curaway.errors import CallbackUnverified
from curaway.qstash import verify_signature

CURRENT, NEXT = "sig_current_0123456789abcdefghij", "sig_next_0123456789abcdefghijklm"
URL = "https://api.curaway.ai/webhooks/qstash/document-parse"
BODY = '{"document_id":"d-1","name":"Überweisung"}'.encode()


NOW = int(time.time())
"""When every signature here is made and, where nothing else is said, verified."""


def _hash(body: bytes, padding: str = "=") -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=") + padding


def _claims(**changes: Any) -> dict[str, Any]:
    claims = {
        "iss": "Upstash",
        "sub": URL,
        "exp": NOW + 300,
        "nbf": NOW,
        "iat": NOW,
        "jti": "jwt_1",
        "body": _hash(BODY),
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def _signed(key: str = CURRENT, algorithm: str = "HS256", **changes: Any) -> str:
    return jwt.encode(_claims(**changes), key, algorithm=algorithm)


def _verify(header: str | None, body: bytes = BODY, url: str = URL, **more: Any) -> str:
    return verify_signature(header=header, body=body, url=url, **{"keys": (CURRENT, NEXT), "now": NOW, **more})


@pytest.mark.parametrize("key", [CURRENT, NEXT])
@pytest.mark.parametrize("padding", ["=", ""])
def test_what_the_vendors_receiver_accepts_is_accepted(key, padding):
    really = int(time.time())
    header = _signed(key, body=_hash(BODY, padding), exp=really + 300, nbf=really, iat=really)
    Receiver(CURRENT, NEXT).verify(signature=header, body=BODY.decode(), url=URL)
    assert _verify(header, now=really) == "jwt_1"


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (None, "there is no signature"),
        ("", "there is no signature"),
        ("x.y", "not a token QStash signs: DecodeError"),
        ("ü.ü.ü", "not a token QStash signs: DecodeError"),
        (_signed("sig_other_0123456789abcdefghijkl"), "signed with an unknown key"),
        (_signed("k" * 64, algorithm="HS512"), "not a token QStash signs: InvalidAlgorithmError"),
        (jwt.encode(_claims(), None, algorithm="none"), "not a token QStash signs: InvalidAlgorithmError"),
        (jwt.api_jws.encode(b"[]", CURRENT), "not a token QStash signs: DecodeError"),
        (jwt.api_jws.encode(b"\xff", CURRENT), "not a token QStash signs: DecodeError"),
        (_signed(iss="upstash"), "issued by somebody else"),
        (_signed(sub=URL + "/"), "signed for another URL"),
        (_signed(sub=None), "signed for another URL"),
        (_signed(body=_hash(b"{}")), "signed for another body"),
        (_signed(body=None), "signed for another body"),
        (jwt.api_jws.encode(json.dumps(_claims(body=7)).encode(), CURRENT), "signed for another body"),
        (_signed(body="\ud800"), "signed for another body"),
        (_signed(exp=1), "expired"),
        (_signed(exp=None), "without exp or nbf"),
        (_signed(nbf=None), "without exp or nbf"),
        (_signed(exp=float("nan")), "without exp or nbf"),
        (_signed(nbf=9_999_999_999), "not valid yet"),
    ],
)
def test_anything_else_is_refused_and_the_log_may_say_why(header, why):
    with pytest.raises(CallbackUnverified) as refused:
        _verify(header)
    assert refused.value.why == why
    assert refused.value.entries() == CallbackUnverified().entries()
    assert refused.value.code == "QSTASH_VERIFY_001"


def test_the_signature_is_for_these_bytes_and_this_address():
    with pytest.raises(CallbackUnverified, match="signature is missing"):
        _verify(_signed(), body=BODY + b" ")
    with pytest.raises(CallbackUnverified):
        _verify(_signed(), url=URL.replace("https", "http"))


def test_binary_bodies_are_verified_as_they_are():
    assert _verify(_signed(body=_hash(b"\xff\x00")), body=b"\xff\x00") == "jwt_1"


def test_a_token_without_an_id_is_accepted_as_the_vendors_receiver_does():
    header = _signed(jti=None)
    Receiver(CURRENT, NEXT).verify(signature=header, body=BODY.decode(), url=URL)
    assert _verify(header) == ""


def test_clocks_may_differ_by_ten_seconds():
    header = _signed(nbf=1000, exp=1300)
    assert _verify(header, now=990) == _verify(header, now=1309) == "jwt_1"
    for moment in (989.9, 1310):
        with pytest.raises(CallbackUnverified):
            _verify(header, now=moment)


@pytest.mark.parametrize("keys", [(), ("",), ("", "")])
def test_without_a_signing_key_every_callback_is_refused(keys):
    with pytest.raises(CallbackUnverified) as refused:
        _verify(_signed(), keys=keys)
    assert refused.value.why == "no signing key is configured"
