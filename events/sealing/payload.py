"""The payload of an event: sealed in its column, plain in memory.

Sealed are the fields that the registry marks `PHI[…]`, each by itself, so that the others can be searched.
"""

from __future__ import annotations

import json
import uuid
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from curaway import log
from events.sealing import keys, seal
from events.sealing.master import KeyUnusable
from events.sealing.seal import ERASED, NONCE_BYTES, PREFIX, UNREADABLE, SealBroken, bound_to

logger = log.get(__name__)

Key = Callable[[], AESGCM | None]
"""The patient's key when it is needed; None when there is none any more. Raises `KeyUnusable`."""

QUOTED = f'"{PREFIX}'
"""How a sealed value begins in JSON as Postgres writes it."""


_ERASED, _UNREADABLE = json.dumps(ERASED), json.dumps(UNREADABLE)


class Place:
    """Whose event it is, and which: what its fields are bound to."""

    __slots__ = ("event_id", "patient_id", "tenant_id")

    def __init__(self, tenant_id: str, patient_id: str | None, event_id: uuid.UUID | str) -> None:
        self.tenant_id = tenant_id
        self.patient_id = patient_id or ""
        self.event_id = str(event_id)

    def binding(self, field: str) -> bytes:
        return bound_to(self.tenant_id, self.patient_id, self.event_id, field)


def to_seal(payload: Mapping[str, Any], protected: frozenset[str]) -> frozenset[str]:
    """The protected fields, and those in which somebody has written what reads like a seal: only we write one."""
    return protected | {name for name, value in payload.items() if name not in protected and _holds_seal(value)}


def _holds_seal(value: Any) -> bool:
    return seal.is_sealed(value) or (isinstance(value, dict | list) and QUOTED in json.dumps(value))


def sealed(payload: Mapping[str, Any], fields: frozenset[str], place: Place, cipher: AESGCM) -> dict[str, Any]:
    """The payload with these fields sealed."""
    return {
        name: seal.sealed(value, cipher, place.binding(name)) if name in fields else value
        for name, value in payload.items()
    }


def opened(payload: Mapping[str, Any], place: Place, key: Key) -> dict[str, Any]:
    """The payload as it was recorded; without its key, sealed fields read `ERASED`, and `UNREADABLE` when the seal is
    broken. Never raises for what is stored: one row that was tampered with must not stop those who read the others."""
    return {
        name: json.loads(_opened(value, name, place, key)) if seal.is_sealed(value) else value
        for name, value in payload.items()
    }


class Opener:
    """Opens one patient's payloads as JSON text, without parsing it: a stream's frames are made of the text."""

    __slots__ = ("_decrypt", "_instead", "_whose")

    def __init__(self, tenant_id: str, patient_id: str, wrapped: bytes | None) -> None:
        """`wrapped`: the patient's key as it is stored by now."""
        # As `Place.binding` begins.
        self._whose = f"{tenant_id}\0{patient_id}\0"
        self._instead = _ERASED
        self._decrypt: Callable[[bytes, bytes, bytes], bytes] | None = None
        if wrapped is not None:
            try:
                self._decrypt = keys.unwrapped(bytes(wrapped), tenant_id, patient_id).decrypt
            except KeyUnusable as fault:
                logger.error("key_not_usable", cause=type(fault).__name__)
                self._instead = _UNREADABLE

    def text(self, stored: str, event_id: str) -> str:
        """The payload of this event with its sealed fields opened; see `opened`."""
        before, found, rest = stored.partition(QUOTED)
        told = ""
        while found:
            value, _, rest = rest.partition('"')
            # Within a string or an array it is no field's value; what a quotation mark in a string is has a backslash.
            if before.endswith('": '):
                told += before + self._opened(value, event_id, before[before.rindex('"', 0, -3) + 1 : -3])
            else:
                told += f'{before}{found}{value}"'
            before, found, rest = rest.partition(QUOTED)
        return told + before

    def _opened(self, value: str, event_id: str, field: str) -> str:
        if self._decrypt is None:
            return self._instead
        # What `seal.opened` does: each call less is felt here, at every row of every stream.
        try:
            raw = a2b_base64(value)
            binding = f"{self._whose}{event_id}\0{field}".encode()
            return self._decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], binding).decode()
        except (InvalidTag, ValueError) as broken:
            return _unreadable(event_id, field, broken)


def _opened(value: str, field: str, place: Place, key: Key) -> str:
    try:
        cipher = key()
        return _ERASED if cipher is None else seal.opened(value, cipher, place.binding(field))
    except (SealBroken, KeyUnusable) as fault:
        return _unreadable(place.event_id, field, fault)


def _unreadable(event_id: str, field: str, fault: Exception) -> str:
    logger.error("field_not_readable", event_id=event_id, field=field, cause=type(fault).__name__)
    return _UNREADABLE
