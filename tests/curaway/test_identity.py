"""A session token proves who is asking, or nothing happens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from curaway.environment import Environment
from curaway.errors import AuthHeaderMissing, AuthTokenExpired, AuthTokenInvalid
from curaway.identity import Identity, Role, TokenVerifier, verifier_for
from curaway.local.issuer import LocalIssuer
from curaway.signing_keys import PemKey
from tests.doubles import ClerkDouble

APP = "https://app.curaway.ai"


@pytest.fixture(scope="module")
def clerk() -> ClerkDouble:
    return ClerkDouble()


@pytest.fixture
def verify(clerk: ClerkDouble) -> Callable[[str], Identity]:
    verifier = TokenVerifier(PemKey(clerk.pem), issuer=clerk.issuer, authorized_parties=[APP])
    return lambda token: verifier.verify(f"Bearer {token}")


def test_a_user_without_organization_is_a_patient(clerk, verify):
    assert verify(clerk.token()) == Identity("user_maria", "sess_1", None, Role.PATIENT)


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"o": {"id": "org_1", "rol": "coordinator", "slg": "c"}}, Role.COORDINATOR),
        ({"o": {"id": "org_1", "rol": "org:admin"}}, Role.ADMIN),
        ({"o": {"id": "org_1", "rol": "curaway_admin"}}, Role.MEMBER),
        ({"o": {"id": "org_1", "rol": "patient"}}, Role.MEMBER),
        ({"o": {"id": "org_1"}}, Role.MEMBER),
        ({"v": None, "org_id": "org_1", "org_role": "org:coordinator"}, Role.COORDINATOR),
        ({"v": None, "org_id": "org_1", "org_role": "org:billing"}, Role.MEMBER),
        ({"o": {"id": "org_1", "rol": "admin"}, "metadata": {"role": "curaway_admin"}}, Role.PLATFORM_ADMIN),
    ],
)
def test_the_active_organization_gives_the_role(clerk, verify, claims, role):
    assert verify(clerk.token(**claims)) == Identity("user_maria", "sess_1", "org_1", role)


def test_only_the_public_metadata_makes_a_platform_admin(clerk, verify):
    assert verify(clerk.token(metadata={"role": "curaway_admin"})).role is Role.PLATFORM_ADMIN
    assert verify(clerk.token(org_role="curaway_admin")).role is Role.PATIENT


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic dTpw", "token"])
def test_without_a_bearer_token_one_is_asked_for(clerk, header):
    with pytest.raises(AuthHeaderMissing):
        TokenVerifier(PemKey(clerk.pem)).verify(header)


def test_the_scheme_is_read_in_any_case(clerk):
    assert TokenVerifier(PemKey(clerk.pem)).verify(f"bearer  {clerk.token()} ").subject == "user_maria"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": None},
        {"nbf": None},
        {"iat": None},
        {"sub": None},
        {"sid": None},
        {"exp": "9999999999"},
        {"exp": True},
        {"exp": float("nan")},
        {"iat": "0"},
        {"nbf": [0]},
        {"sub": ""},
        {"sub": "a" * 101},
        {"sub": "user\n1"},
        {"sub": "user\ud800"},
        {"sub": 7},
        {"sid": "s\x00"},
        {"iss": "https://clerk.elsewhere.test"},
        {"iss": None},
        {"azp": "https://evil.example"},
        {"azp": None},
        {"azp": [APP]},
        {"sts": "pending"},
        {"o": "org_1"},
        {"o": {"rol": "admin"}},
        {"o": {"id": "", "rol": "admin"}},
        {"org_id": 7},
    ],
    ids=str,
)
def test_a_claim_that_is_missing_wrong_or_of_another_type_is_refused(clerk, claims):
    verifier = TokenVerifier(PemKey(clerk.pem), issuer=clerk.issuer, authorized_parties=[APP])
    key = clerk.keys[clerk.kid]
    token = jwt.api_jws.encode(
        json.dumps(clerk.claims(**claims)).encode(), key, algorithm="RS256", headers={"kid": clerk.kid}
    )
    with pytest.raises(AuthTokenInvalid):
        verifier.verify(f"Bearer {token}")


def test_expired_means_to_the_second_but_clocks_may_disagree_about_the_start(clerk):
    token = f"Bearer {clerk.token(exp=1060, iat=1000, nbf=1000)}"

    def at(now: float) -> Identity:
        return TokenVerifier(PemKey(clerk.pem), now=lambda: now).verify(token)

    assert at(995).subject == at(1059.9).subject == "user_maria"
    with pytest.raises(AuthTokenInvalid):
        at(994.9)
    with pytest.raises(AuthTokenExpired):
        at(1060)


def test_an_expired_token_with_a_bad_signature_is_invalid_not_expired(clerk, verify):
    now = int(time.time())
    expired = clerk.token(exp=now - 1, iat=now - 61, nbf=now - 61)
    with pytest.raises(AuthTokenExpired):
        verify(expired)
    with pytest.raises(AuthTokenInvalid):
        verify(expired[:-8] + ("AAAAAAAA" if expired[-8:] != "AAAAAAAA" else "BBBBBBBB"))


def _b64(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _forgeries(clerk: ClerkDouble) -> Iterator[tuple[str, str]]:
    claims, rs256 = clerk.claims(), {"alg": "RS256", "kid": clerk.kid, "typ": "JWT"}
    yield "alg none", f"{_b64({'alg': 'none', 'typ': 'JWT'})}.{_b64(claims)}."
    yield "alg NONE", f"{_b64({'alg': 'NONE'})}.{_b64(claims)}."
    signed = f"{_b64({'alg': 'HS256', 'typ': 'JWT'})}.{_b64(claims)}"
    mac = hmac.new(clerk.pem.encode(), signed.encode(), hashlib.sha256).digest()
    yield "HS256 with the public key", f"{signed}.{_b64(mac)}"
    own = clerk.keys[clerk.kid]
    yield "RS512", jwt.encode(claims, own, algorithm="RS512")
    yield "PS256", jwt.encode(claims, own, algorithm="PS256")
    yield "ES256", jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256")
    yield "another key", jwt.encode(claims, rsa.generate_private_key(65537, 2048), algorithm="RS256")
    head, body, signature = clerk.token().split(".")
    yield "changed claims", f"{head}.{_b64(clerk.claims(sub='user_eve'))}.{signature}"
    yield "no signature", f"{head}.{body}."
    yield "two parts", f"{head}.{body}"
    yield "header is a list", f"{_b64([1])}.{body}.{signature}"
    yield "header is deep", f"{_b64(b'[' * 5000)}.{body}.{signature}"
    yield "kid is a list", f"{_b64({**rs256, 'kid': [1]})}.{body}.{signature}"
    yield "claims are a list", jwt.api_jws.encode(b"[1]", own, algorithm="RS256")
    yield "claims are not JSON", jwt.api_jws.encode(b"\xff", own, algorithm="RS256")
    yield "not a token", "x"
    yield "not ASCII", "ü.ü.ü"
    yield "endless", "a" * 100_000


def test_no_forgery_is_accepted(clerk, verify):
    def accepted(token: str) -> bool:
        try:
            return bool(verify(token))
        except AuthTokenInvalid:
            return False

    assert [name for name, token in _forgeries(clerk) if accepted(token)] == []


def test_a_refusal_does_not_repeat_the_token(clerk, verify):
    token = clerk.token(sub="user\nsecret")
    with pytest.raises(AuthTokenInvalid) as refused:
        verify(token)
    assert token not in repr(refused.value.entries())
    assert refused.value.__context__ is None or refused.value.__suppress_context__


def test_clerk_wins_over_the_local_key_and_without_debug_there_is_none(clerk, tmp_path):
    configured = verifier_for(
        Environment(DEBUG=True, DATA_DIR=str(tmp_path), CLERK_JWT_KEY=clerk.pem, CLERK_ISSUER=clerk.issuer)
    )
    assert configured.verify(f"Bearer {clerk.token()}").subject == "user_maria"
    with pytest.raises(AuthTokenInvalid):
        configured.verify(f"Bearer {LocalIssuer(tmp_path).token('user_1')}")
    with pytest.raises(RuntimeError):
        verifier_for(Environment(DEBUG=False, DATA_DIR=str(tmp_path)))
