"""A callback's signature: proof that QStash sent these bytes to this address, just now."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Sequence
from typing import Any

import jwt

from curaway.errors import CallbackUnverified

ISSUER = "Upstash"
CLOCK_SKEW_SECONDS = 10


class SignatureRefused(CallbackUnverified):
    """The callback's signature is missing, wrong, expired, for another URL, or for another body."""

    def __init__(self, why: str) -> None:
        """`why`: for the log only; the answer says the same for every reason, so that it teaches nothing."""
        super().__init__()
        self.why = why


def verify_signature(
    *,
    header: str | None,
    body: bytes,
    url: str,
    keys: Sequence[str],
    now: float | None = None,
) -> str:
    """The token's `jti`, empty when it has none; `SignatureRefused` unless QStash signed it for `url`, now.

    `header`: the `Upstash-Signature` value. `body`: the raw bytes, before anything parses them. `url`: the
    address QStash was told to call, built from a setting and never from the Host header, which the caller
    chooses. `keys`: the current signing key and the next one; with none, everything is refused.
    `now`: seconds since 1970.
    """
    if not header:
        raise SignatureRefused("there is no signature")
    claims = _signed_claims(header, [key for key in keys if key])
    _check_times(claims, time.time() if now is None else now)
    if claims.get("iss") != ISSUER:
        raise SignatureRefused("issued by somebody else")
    if claims.get("sub") != url:
        raise SignatureRefused("signed for another URL")
    if not _is_hash_of(claims.get("body"), body):
        raise SignatureRefused("signed for another body")
    return str(claims.get("jti", ""))


def _signed_claims(token: str, keys: Sequence[str]) -> dict[str, Any]:
    why = "no signing key is configured"
    for key in keys:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=["HS256"],
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False},
            )
        except jwt.InvalidSignatureError:
            why = "signed with an unknown key"
        except (jwt.PyJWTError, ValueError) as problem:
            # Keep the reason of the key that got furthest: the next key's "unknown key" would mask it.
            raise SignatureRefused(f"not a token QStash signs: {type(problem).__name__}") from None
    raise SignatureRefused(why)


def _check_times(claims: dict[str, Any], now: float) -> None:
    expires, starts = _seconds(claims.get("exp")), _seconds(claims.get("nbf"))
    if expires <= now - CLOCK_SKEW_SECONDS:
        raise SignatureRefused("expired")
    if starts > now + CLOCK_SKEW_SECONDS:
        raise SignatureRefused("not valid yet")


def _seconds(claim: Any) -> float:
    # JSON as Python reads it has NaN, which compares false with every clock and so would never expire.
    if isinstance(claim, bool) or not isinstance(claim, int | float) or claim != claim:
        raise SignatureRefused("without exp or nbf")
    return claim


def _is_hash_of(claim: Any, body: bytes) -> bool:
    """QStash pads the hash; its own SDK compares without padding. Both are the same hash."""
    if not isinstance(claim, str):
        return False
    expected = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=")
    return hmac.compare_digest(claim.rstrip("=").encode("utf-8", "replace"), expected)
