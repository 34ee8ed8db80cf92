"""Only what QStash signed, for this address and these bytes, is looked at."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.webhooks.callbacks import NEXT, code_in, signature, with_signing_keys

JOBS = ("document-parse", "clinical-extract", "notification", "failed", "sweep")
BODY = b'{"notification_id": "note-1"}'
REFUSED = (401, "QSTASH_VERIFY_001")


def post(url, headers, body=BODY):
    return httpx.post(url, content=body, headers=headers)


@pytest.fixture
def url(callbacks):
    return f"{callbacks.url}/webhooks/qstash/notification"


@pytest.mark.parametrize("job", JOBS)
def test_an_unsigned_callback_is_refused_before_its_body_is_read(callbacks, job):
    answer = post(f"{callbacks.url}/webhooks/qstash/{job}", {}, b"no json")
    assert code_in(answer) == REFUSED


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "sig_of_somebody_else_0123456789abc"},
        {"iss": "Somebody"},
        {"sub": "https://elsewhere.example/webhooks/qstash/notification"},
        {"exp": 1_700_000_000},
        {"nbf": int(time.time()) + 3600},
        {"body": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU="},
    ],
    ids=["key", "issuer", "url", "expired", "not yet", "body"],
)
def test_a_callback_signed_wrongly_is_refused_without_a_reason(url, changes):
    answer = post(url, {"Upstash-Signature": signature(url, BODY, **changes)})
    assert code_in(answer) == REFUSED
    assert "reason" not in answer.json()["errors"][0]


def test_a_signature_holds_for_its_own_path_only(url):
    other = url.replace("notification", "clinical-extract")
    assert code_in(post(other, {"Upstash-Signature": signature(url, BODY)})) == REFUSED


def test_the_host_header_has_no_say_in_the_expected_address(url):
    evil = url.replace("127.0.0.1", "localhost")
    headers = {"Upstash-Signature": signature(evil, BODY), "Host": evil.split("/")[2]}
    assert code_in(post(url, headers)) == REFUSED


def test_the_next_signing_key_is_accepted_too(url):
    answer = post(url, {"Upstash-Signature": signature(url, BODY, key=NEXT)})
    assert code_in(answer) == (489, "CALLBACK_NOTIFICATION_001")


def test_without_signing_keys_every_callback_is_refused(url, settings):
    settings.ENVIRONMENT = with_signing_keys(settings.ENVIRONMENT, "", "")
    assert code_in(post(url, {"Upstash-Signature": signature(url, BODY)})) == REFUSED


def test_a_callback_is_posted(url):
    answer = httpx.get(url)
    assert (code_in(answer), answer.headers["Allow"]) == ((405, "METHOD_NOT_ALLOWED_001"), "POST")
