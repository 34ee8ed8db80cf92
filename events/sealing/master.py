"""The master keys: they wrap patients' keys and sign checkpoints, and are nowhere in the database.

Of each key of the settings three are derived (HKDF-SHA256, RFC 5869), so that no key has two uses: its name, the key
that wraps, the key that signs.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from events.sealing.seal import NONCE_BYTES

NAME_BYTES = 8
KEY_BYTES = 32


class KeyUnusable(Exception):
    """A wrapped key that no master key of the settings opens: theirs is missing, or it was changed."""


class MasterKey:
    """One key of the settings. `name` says which it is, and nothing about it."""

    def __init__(self, raw: bytes) -> None:
        self.name = _derived(raw, b"curaway name of a master key", NAME_BYTES)
        self._wrapping = AESGCM(_derived(raw, b"curaway wrapping of patients' keys", KEY_BYTES))
        self._signing = _derived(raw, b"curaway signing of checkpoints", KEY_BYTES)

    def wrap(self, data_key: bytes, binding: bytes) -> bytes:
        """The data key, to be stored: this key's name, a nonce, the ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        return self.name + nonce + self._wrapping.encrypt(nonce, data_key, binding)

    def unwrap(self, wrapped: bytes, binding: bytes) -> bytes:
        """The data key; raises `KeyUnusable`."""
        nonce, ciphertext = wrapped[NAME_BYTES : NAME_BYTES + NONCE_BYTES], wrapped[NAME_BYTES + NONCE_BYTES :]
        try:
            return self._wrapping.decrypt(nonce, ciphertext, binding)
        except (InvalidTag, ValueError):
            raise KeyUnusable from None

    def sign(self, message: bytes) -> bytes:
        """HMAC-SHA256."""
        return hmac.digest(self._signing, message, hashlib.sha256)


class MasterKeys:
    """All master keys of the settings: the first one wraps and signs, each opens what is its own."""

    def __init__(self, raw_keys: Sequence[bytes]) -> None:
        keys = [MasterKey(raw) for raw in raw_keys]
        self.current = keys[0]
        self._named = {key.name: key for key in keys}

    def named(self, name: bytes) -> MasterKey | None:
        return self._named.get(bytes(name))

    def unwrap(self, wrapped: bytes, binding: bytes) -> bytes:
        """The data key; raises `KeyUnusable`."""
        key = self.named(wrapped[:NAME_BYTES])
        if key is None:
            raise KeyUnusable
        return key.unwrap(wrapped, binding)


@cache
def master_keys() -> MasterKeys:
    """Those of this process's settings."""
    from django.conf import settings

    return MasterKeys(settings.ENVIRONMENT.phi_master_keys)


def _derived(raw: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(raw)
