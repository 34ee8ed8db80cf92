"""Signing keys are at hand before a request needs them, and rotate without anybody noticing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import jwt
import pytest

from curaway.errors import AuthTokenInvalid
from curaway.identity import TokenVerifier
from curaway.signing_keys import KeySet, PemKey, SigningKeysUnavailable
from events.testing import FakeClock
from tests.doubles import ClerkDouble
from tests.http_double import Answer, Request


@pytest.mark.parametrize("pem", ["", "nonsense", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"])
def test_a_key_that_is_none_is_refused_at_start(pem):
    with pytest.raises(ValueError):
        PemKey(pem)


@pytest.fixture
def published() -> Iterator[ClerkDouble]:
    with ClerkDouble() as clerk:
        yield clerk


def test_a_key_set_is_fetched_once_for_many_tokens(published):
    verifier = TokenVerifier(KeySet(published.jwks_url))
    for _ in range(20):
        assert verifier.verify(f"Bearer {published.token()}").subject == "user_maria"
    assert len(published.requests) == 1


def test_a_rotated_key_is_found_but_unknown_ones_ask_once_a_minute(published):
    clock = FakeClock()
    verifier = TokenVerifier(KeySet(published.jwks_url, clock=clock.monotonic))
    verifier.verify(f"Bearer {published.token()}")
    published.rotate("ins_second")
    clock.advance(61)
    assert verifier.verify(f"Bearer {published.token()}").subject == "user_maria"
    stranger = jwt.encode(
        published.claims(), published.keys["ins_first"], algorithm="RS256", headers={"kid": "ins_other"}
    )
    for _ in range(10):
        with pytest.raises(AuthTokenInvalid):
            verifier.verify(f"Bearer {stranger}")
    assert len(published.requests) == 2


def test_the_last_good_keys_serve_while_the_endpoint_is_down(published):
    clock = FakeClock()
    keys = KeySet(published.jwks_url, clock=clock.monotonic)
    verifier = TokenVerifier(keys)
    verifier.verify(f"Bearer {published.token()}")
    published.down = True
    clock.advance(7200)
    keys.warm()
    assert verifier.verify(f"Bearer {published.token()}").subject == "user_maria"


def test_without_any_key_the_caller_is_told_to_come_back_not_that_the_token_is_bad(published):
    published.down = True
    clock = FakeClock()
    verifier = TokenVerifier(KeySet(published.jwks_url, clock=clock.monotonic))
    for _ in range(3):
        with pytest.raises(SigningKeysUnavailable):
            verifier.verify(f"Bearer {published.token()}")
    assert len(published.requests) == 1
    published.down = False
    clock.advance(6)
    assert verifier.verify(f"Bearer {published.token()}").subject == "user_maria"


async def test_an_event_loop_is_never_blocked_by_a_fetch(published, monkeypatch):
    answers = threading.Event()
    at_once = published.answer

    def answer(request: Request) -> Answer:
        assert answers.wait(10)
        return at_once(request)

    monkeypatch.setattr(published, "answer", answer)
    keys = KeySet(published.jwks_url)
    verifier = TokenVerifier(keys)
    with pytest.raises(SigningKeysUnavailable):
        verifier.verify(f"Bearer {published.token()}")
    answers.set()
    await asyncio.to_thread(keys.warm)
    assert verifier.verify(f"Bearer {published.token()}").subject == "user_maria"


def test_keys_for_other_purposes_are_not_used(published, monkeypatch):
    monkeypatch.setattr(
        "tests.doubles._jwk",
        lambda kid, key: {"kid": kid, "kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB"},
    )
    with pytest.raises(SigningKeysUnavailable):
        TokenVerifier(KeySet(published.jwks_url)).verify(f"Bearer {published.token()}")
