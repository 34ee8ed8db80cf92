"""Signatures of callbacks, right and wrong in every claim; each knows whether it holds."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import time
from dataclasses import dataclass
from typing import Any

import jwt
from hypothesis import strategies as st

from tests.webhooks.callbacks import CURRENT, NEXT

STRANGER = "sig_stranger_0123456789abcdefghij"
SKEW = 10
"""Seconds that clocks may differ; around the edge nothing is drawn, as the test itself takes a moment."""
EDGE = 5


@dataclass(frozen=True)
class Forgery:
    """How a signature is made, claim by claim; times in seconds from now, or anything else as it is."""

    key: str
    algorithm: str
    issuer: Any
    path: str
    digest: str
    expires: Any
    starts: Any
    extra: dict[str, Any]
    mangled: str

    def token(self, address: str, body: bytes, now: float) -> bytes:
        claims = {
            "iss": self.issuer,
            "sub": address + self.path,
            "body": _digest(self.digest, body),
            "exp": _moment(self.expires, now),
            "nbf": _moment(self.starts, now),
            **self.extra,
        }
        kept = {name: value for name, value in claims.items() if value is not MISSING}
        key = None if self.algorithm == "none" else self.key.ljust(64, "x") if self.algorithm != "HS256" else self.key
        token = jwt.api_jws.encode(json.dumps(kept).encode(), key, algorithm=self.algorithm)  # type: ignore[arg-type]
        return MANGLED[self.mangled](token.encode())

    def holds(self, keys: tuple[str, ...]) -> bool:
        """Whether the queue could have made it for this address and this body, just now."""
        return (
            self.key in keys
            and self.algorithm == "HS256"
            and self.issuer == "Upstash"
            and self.path == ""
            and self.digest in ("padded", "bare")
            and _is_after(self.expires, -SKEW)
            and not _is_after(self.starts, SKEW)
            and _is_number(self.starts)
            and all(name not in self.extra or isinstance(self.extra[name], str) for name in ("jti",))
            and self.mangled == "whole"
        )


class Missing:
    """A claim that is left out."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()

MANGLED = {
    "whole": lambda token: token,
    "empty": lambda token: b"",
    "without its last part": lambda token: token.rpartition(b".")[0],
    "without its signature": lambda token: token.rpartition(b".")[0] + b".",
    "in capitals": lambda token: token.swapcase(),
    "turned round": lambda token: token[::-1],
    "twice": lambda token: token + b"." + token,
    "as a bearer": lambda token: b"Bearer " + token,
    "one character changed": lambda token: token[:40] + (b"A" if token[40:41] != b"A" else b"B") + token[41:],
    "its claims changed": lambda token: _with_claims(token, {"iss": "Upstash"}),
}


def _with_claims(token: bytes, claims: dict[str, Any]) -> bytes:
    head, _, sealed = token.split(b".")
    return b".".join([head, base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"="), sealed])


def _digest(kind: str, body: bytes) -> Any:
    padded = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode()
    return {
        "padded": padded,
        "bare": padded.rstrip("="),
        "of another body": _other(padded),
        "in hexadecimal": hashlib.sha256(body).hexdigest(),
        "empty": "",
        "a number": 7,
        "missing": MISSING,
    }[kind]


def _other(digest: str) -> str:
    return ("A" if digest[0] != "A" else "B") + digest[1:]


def _is_number(offset: Any) -> bool:
    return isinstance(offset, int | float) and not isinstance(offset, bool) and not math.isnan(offset)


def _is_after(offset: Any, edge: int) -> bool:
    return _is_number(offset) and offset > edge


def _moment(offset: Any, now: float) -> Any:
    return now + offset if _is_number(offset) else offset


def _times() -> st.SearchStrategy[Any]:
    far = st.integers(-(10**12), 10**12).filter(
        lambda at: min(abs(at - SKEW), abs(at + SKEW)) > EDGE,
    )
    odd = st.sampled_from([MISSING, None, True, "1", "2099-01-01", [], {}, math.nan, math.inf, -math.inf, 10**400])
    return st.one_of(st.just(0), st.just(300), far, odd)


def forgeries() -> st.SearchStrategy[Forgery]:
    """Most are right but for one claim: only then is it that claim which is looked at."""
    right = {
        "key": CURRENT,
        "algorithm": "HS256",
        "issuer": "Upstash",
        "path": "",
        "digest": "padded",
        "expires": 300,
        "starts": 0,
        "extra": {},
        "mangled": "whole",
    }
    claims: dict[str, st.SearchStrategy[Any]] = {
        "key": st.sampled_from([CURRENT, NEXT, STRANGER]),
        "algorithm": st.sampled_from(["HS256", "HS384", "HS512", "none"]),
        "issuer": st.sampled_from(["Upstash", "upstash", "Upstash ", "", None, 7, ["Upstash"], MISSING]),
        "path": st.sampled_from(["", "/", "?x=1", "#", "/../sweep", "%00"]),
        "digest": st.sampled_from(
            ["padded", "bare", "of another body", "in hexadecimal", "empty", "a number", "missing"]
        ),
        "expires": _times(),
        "starts": _times(),
        "extra": st.dictionaries(st.sampled_from(["jti", "aud", "iat", "x"]), JSON, max_size=2),
        "mangled": st.sampled_from(sorted(MANGLED)),
    }
    few = st.sets(st.sampled_from(sorted(claims)), min_size=0, max_size=2)
    return few.flatmap(
        lambda names: st.fixed_dictionaries(
            {name: claims[name] if name in names else st.just(value) for name, value in right.items()}
        )
    ).map(lambda drawn: Forgery(**drawn))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def now() -> float:
    return math.floor(time.time())
