"""Callbacks of any body, signature, clock and key: one of the contract's answers, and no effect that nobody signed."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.conf import settings as django_settings
from hypothesis import given
from hypothesis import strategies as st

from patients.record import extraction
from tests.hostile import forgeries, messages
from tests.hostile.counted import CASES, Counted, drawn
from tests.hostile.effects import left, said
from tests.webhooks.analyses import Analyst
from tests.webhooks.callbacks import CURRENT, NEXT, Callbacks, signature, with_signing_keys
from tests.webhooks.documents import Reader

UNVERIFIED = (401, "QSTASH_VERIFY_001")
KEYS = [(CURRENT, NEXT), (CURRENT, ""), ("", NEXT), (NEXT, CURRENT), ("", ""), (forgeries.STRANGER, "")]

Post = Callable[..., httpx.Response]


@pytest.fixture
def post(callbacks: Callbacks) -> Post:
    """Posts to a callback's path over one kept connection."""
    client = httpx.Client(base_url=callbacks.url, timeout=30)

    def posted(path: str, body: bytes, signed: bytes | str | None, headers: dict[str, bytes] | None = None) -> Any:
        sealed = {} if signed is None else {"Upstash-Signature": signed}
        return client.post(f"/webhooks/qstash/{path}", content=body, headers={**(headers or {}), **sealed})

    return posted


def test_what_nobody_signed_is_refused_and_has_no_effect(post: Post, known: list[str], counted: Counted) -> None:
    before, tried = left(), Counter[str]()
    seen = st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="\x7f")
    unsigned = st.none() | st.text(seen, max_size=200).map(lambda text: text.encode("latin-1"))

    @drawn
    @given(st.sampled_from(messages.PATHS), messages.bodies(known), unsigned, messages.headers())
    def refused(path: str, body: bytes, signed: bytes | None, headers: dict[str, bytes]) -> None:
        tried["cases"] += 1
        assert said(post(path, body, signed, headers)) == UNVERIFIED

    refused()
    assert left() == before
    counted("callbacks nobody signed", cases=tried["cases"])


def test_a_signature_holds_exactly_when_every_claim_of_it_does(
    post: Post, known: list[str], counted: Counted, settings: Any, callbacks: Callbacks
) -> None:
    before, held = left(), Counter[bool]()
    # A body that is understood and means nothing: what is decided here is the signature alone.
    unknown = st.text(alphabet="abcdef0123456789", min_size=1, max_size=20).map(
        lambda id: b'{"document_id":"%s"}' % id.encode()
    )

    @drawn
    @given(forgeries.forgeries(), unknown, st.sampled_from(KEYS))
    def decided(forgery: forgeries.Forgery, body: bytes, keys: tuple[str, str]) -> None:
        settings.ENVIRONMENT = with_signing_keys(django_settings.ENVIRONMENT, *keys)
        address = f"{callbacks.url}/webhooks/qstash/document-parse"
        holds = forgery.holds(tuple(key for key in keys if key))
        held[holds] += 1
        answer = post("document-parse", body, forgery.token(address, body, forgeries.now()))
        assert said(answer) == ((489, "CALLBACK_DOCUMENT_001") if holds else UNVERIFIED), forgery

    decided()
    assert left() == before
    assert held[True] > CASES / 20
    counted("forged signatures", cases=held.total(), held=held[True])


def test_what_is_signed_has_one_of_the_contracts_answers(
    post: Post,
    known: list[str],
    counted: Counted,
    callbacks: Callbacks,
    reader: Reader,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extraction, "analyze", Analyst())
    answers: Counter[str] = Counter()

    @drawn
    @given(st.sampled_from(messages.PATHS[:-1]), messages.bodies(known), messages.headers())
    def answered(path: str, body: bytes, headers: dict[str, bytes]) -> None:
        signed = signature(f"{callbacks.url}/webhooks/qstash/{path}", body)
        answer = post(path, body, signed, headers)
        status, word = said(answer)
        answers[f"{status} {word}"] += 1
        assert word in ALLOWED.get(status, ()), (status, word)
        assert (status == 489) == (answer.headers.get("Upstash-NonRetryable-Error") == "true")
        assert (status == 503) == ("Retry-After" in answer.headers)

    answered()
    # Without these nothing got as far as the work itself.
    assert answers["200 done"] > 0 < answers["200 duplicate"]
    counted("signed callbacks", cases=answers.total(), **{name.replace(" ", "_"): n for name, n in answers.items()})


ALLOWED = {
    200: ("done", "duplicate", "skipped"),
    489: (
        "CALLBACK_INVALID_001",
        "CALLBACK_DOCUMENT_001",
        "CALLBACK_NOTIFICATION_001",
        "CALLBACK_PATIENT_001",
        "CALLBACK_UNREADABLE_001",
    ),
    503: ("CALLBACK_NOT_NOW_001",),
}


@pytest.mark.parametrize("body", messages.ODD_BODIES, ids=lambda body: repr(body[:24]))
@pytest.mark.parametrize("path", messages.PATHS[:-1])
def test_an_odd_body_is_refused_for_good(post: Post, callbacks: Callbacks, path: str, body: bytes) -> None:
    status, word = said(post(path, body, signature(f"{callbacks.url}/webhooks/qstash/{path}", body)))
    assert (status, word in ALLOWED[489]) == (489, True)


@pytest.mark.parametrize("text", ["\x00", "msg_\x00", "\u202e"])
def test_a_message_id_that_no_column_holds_is_no_message_of_ours(post: Post, callbacks: Callbacks, text: str) -> None:
    body = messages._json({"sourceMessageId": text})
    answer = said(post("failed", body, signature(f"{callbacks.url}/webhooks/qstash/failed", body)))
    assert answer in ((489, "CALLBACK_INVALID_001"), (200, "skipped"))


@pytest.mark.parametrize("part", [0, 1], ids=["header", "claims"])
def test_a_token_nested_deeper_than_can_be_read_is_refused(post: Post, part: int) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 30_000).rstrip(b"=")
    whole = signature("http://x", b"").encode().split(b".")
    whole[part] = deep
    assert said(post("document-parse", b"{}", b".".join(whole))) == UNVERIFIED


def test_a_failed_message_nested_deeper_than_can_be_read_is_known_by_its_id(post: Post, callbacks: Callbacks) -> None:
    deep = base64.b64encode(b"[" * 100_000).decode()
    body = messages._json({"sourceMessageId": "msg_none", "sourceBody": deep})
    answer = said(post("failed", body, signature(f"{callbacks.url}/webhooks/qstash/failed", body)))
    assert answer == (200, "skipped")
