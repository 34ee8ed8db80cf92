"""Where the public keys that verify session tokens come from: one PEM key, or a cached key set."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt import PyJWTError
from jwt.algorithms import RSAAlgorithm

from curaway.errors import AppError
from curaway.loops import in_event_loop

log = logging.getLogger(__name__)

MINIMUM_BITS = 2048
FETCH_TIMEOUT_SECONDS = 3.0
REFRESH_AFTER_SECONDS = 3600.0
UNKNOWN_KEY_PAUSE_SECONDS = 60.0
NO_KEYS_PAUSE_SECONDS = 5.0


class SigningKeysUnavailable(AppError):
    """Session tokens can't be verified at the moment; try again shortly."""

    code = "AUTH_KEYS_UNAVAILABLE_001"
    status = 503


class SigningKeys(Protocol):
    """Finds the RSA key a token names."""

    def find(self, kid: str | None) -> RSAPublicKey | None:
        """The key of that id, or None when there is no such key."""


class PemKey:
    """One public key, parsed once; a token's `kid` is not looked at. Raises ValueError for other keys."""

    def __init__(self, pem: str) -> None:
        key = load_pem_public_key(pem.strip().encode())
        if not isinstance(key, RSAPublicKey) or key.key_size < MINIMUM_BITS:
            raise ValueError(f"the key must be an RSA public key of at least {MINIMUM_BITS} bits")
        self._key = key

    def find(self, kid: str | None) -> RSAPublicKey | None:
        return self._key


class KeySet:
    """A JWKS endpoint's keys: fetched when first needed, never once per request.

    An unknown `kid` fetches again, at most once a minute whatever callers send; a set older than an hour is
    refreshed in the background while the old one serves. While the endpoint is down the last good set stays.
    """

    def __init__(
        self,
        url: str,
        *,
        client: httpx.Client | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._client = client or httpx.Client(timeout=FETCH_TIMEOUT_SECONDS, follow_redirects=False)
        self._clock = clock
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._fetched_at = self._attempted_at = float("-inf")
        self._guard = threading.Lock()
        self._fetching: threading.Thread | None = None

    def find(self, kid: str | None) -> RSAPublicKey | None:
        key = self._keys.get(kid or "")
        if key is None:
            self._wait_for(self._refresh())
            key = self._keys.get(kid or "")
        elif self._clock() - self._fetched_at > REFRESH_AFTER_SECONDS:
            self._refresh()
        if key is None and not self._keys:
            raise SigningKeysUnavailable(retry_after=int(NO_KEYS_PAUSE_SECONDS))
        return key

    def warm(self) -> None:
        """Fetch at start, so that no request is the first; a failure is logged and tried again later."""
        self._wait_for(self._refresh())

    def _refresh(self) -> threading.Thread | None:
        """The fetch under way, a new one, or None when the last attempt is too recent."""
        with self._guard:
            if self._fetching is not None and self._fetching.is_alive():
                return self._fetching
            pause = UNKNOWN_KEY_PAUSE_SECONDS if self._keys else NO_KEYS_PAUSE_SECONDS
            if self._clock() - self._attempted_at < pause:
                return None
            self._attempted_at = self._clock()
            self._fetching = threading.Thread(target=self._fetch, name="jwks", daemon=True)
            self._fetching.start()
            return self._fetching

    @staticmethod
    def _wait_for(fetch: threading.Thread | None) -> None:
        # Waiting inside an event loop would freeze every stream of the process: there the fetch goes on
        # in the background and this one request is refused.
        if fetch is not None and not in_event_loop():
            fetch.join(FETCH_TIMEOUT_SECONDS)

    def _fetch(self) -> None:
        try:
            response = self._client.get(self._url)
            response.raise_for_status()
            keys = _parse(response.json())
        except (httpx.HTTPError, ValueError) as problem:
            log.warning("signing keys could not be fetched: %s", type(problem).__name__)
            return
        self._keys, self._fetched_at = keys, self._clock()


def _parse(document: Any) -> dict[str, RSAPublicKey]:
    """The RS256 signing keys of a JWKS by id; raises ValueError when there is none."""
    entries = document.get("keys") if isinstance(document, dict) else None
    candidates = {entry["kid"]: _key(entry) for entry in entries or () if _signs_rs256(entry)}
    keys = {kid: key for kid, key in candidates.items() if key is not None}
    if not keys:
        raise ValueError("no usable key")
    return keys


def _signs_rs256(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("kid"), str)
        and entry.get("kty") == "RSA"
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", "RS256") == "RS256"
    )


def _key(entry: dict[str, Any]) -> RSAPublicKey | None:
    try:
        key = RSAAlgorithm.from_jwk(entry)
    except (PyJWTError, ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= MINIMUM_BITS else None
