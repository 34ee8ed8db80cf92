"""Whether a chain's key is what the log says of it: there and the right one, or destroyed by an erasure that is
recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.registry import EventType
from events.sealing import seal
from events.sealing.finding import Finding, Kind
from events.sealing.keys import binding_of
from events.sealing.master import KeyUnusable, MasterKeys
from events.sealing.verification import ChainedRow

SEALED = f'": "{seal.PREFIX}'.encode()
"""How a sealed field begins among a row's canonical bytes; what a quotation mark in a text is has a backslash."""


class StoredKey(NamedTuple):
    """A patient's key as its row holds it; `wrapped` is None once it is destroyed."""

    wrapped: bytes | None


class KeptKey:
    """One chain's key, or None where there is no row of it, judged by what the chain's rows turn out to be."""

    def __init__(self, tenant_id: str, patient_id: str, key: StoredKey | None) -> None:
        self._whose = (tenant_id, patient_id)
        self._key = key
        self._last = 0
        self._sealed: ChainedRow | None = None
        """The first one with a sealed field."""
        self._erased = False

    def watched(self, rows: Iterable[ChainedRow]) -> Iterator[ChainedRow]:
        """The same rows, looked at in passing."""
        for row in rows:
            self._last = max(self._last, row.link)
            if self._sealed is None and SEALED in row.canonical:
                self._sealed = row
            self._erased = self._erased or _is_erasure(row)
            yield row

    def findings(self, keys: MasterKeys) -> Iterator[Finding]:
        """What is wrong with it, once all rows have passed."""
        wrapped = self._key.wrapped if self._key else None
        says = self._without() if wrapped is None else self._with(wrapped, keys)
        if says:
            yield Finding(Kind.KEY, *self._whose, min(1, self._last), self._last, (), says)

    def _without(self) -> str:
        if self._erased:
            return ""
        if self._key is not None:
            return "the key was destroyed, and no erasure is recorded"
        return "the key of the sealed fields is gone, and no erasure is recorded" if self._sealed else ""

    def _with(self, wrapped: bytes, keys: MasterKeys) -> str:
        if self._erased:
            return "the person was erased, and their key is there"
        try:
            cipher = AESGCM(keys.unwrap(wrapped, binding_of(*self._whose)))
        except KeyUnusable:
            return "no master key of these settings opens the key"
        if self._sealed is not None and not self._opens(self._sealed, cipher):
            return f"the key does not open what is sealed at link {self._sealed.link}"
        return ""

    def _opens(self, row: ChainedRow, cipher: AESGCM) -> bool:
        """Whether the row's sealed fields open; a key that was made anew opens none from before."""
        event_id, _, _, _, _, payload, *_ = json.loads(row.canonical)
        try:
            for name, value in payload.items() if isinstance(payload, dict) else ():
                if seal.is_sealed(value):
                    seal.opened(value, cipher, seal.bound_to(*self._whose, event_id, name))
        except seal.SealBroken:
            return False
        return True


def _is_erasure(row: ChainedRow) -> bool:
    return row.canonical.startswith(f'["{row.event_id}", "{EventType.PATIENT_ERASED}", '.encode())
