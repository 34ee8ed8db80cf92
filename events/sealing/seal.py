"""A sealed value: JSON text under a patient's key, as a string that says so; pure.

`phi:1:` and the base64 of a 12-byte nonce, the ciphertext and its tag (AES-256-GCM, NIST SP 800-38D). What it is bound
to (whose it is, which event, which field) is authenticated with it: a value moved elsewhere does not open.
"""

from __future__ import annotations

import json
import os
from binascii import a2b_base64, b2a_base64
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX = "phi:1:"
"""Names the format; another one gets another number."""

NONCE_BYTES = 12

ERASED = "[erased]"
"""What a sealed value reads as once its key is destroyed."""

UNREADABLE = "[unreadable]"
"""What a sealed value reads as that was tampered with, or whose key no master key opens."""


class SealBroken(Exception):
    """The value was changed, or does not belong where it stands."""


def bound_to(*parts: str) -> bytes:
    """What a value is authenticated with; no part can hold NUL, because Postgres does not store it."""
    return "\x00".join(parts).encode()


def sealed(value: Any, cipher: AESGCM, binding: bytes) -> str:
    """The value as JSON text, sealed."""
    nonce = os.urandom(NONCE_BYTES)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ": ")).encode()
    return PREFIX + b2a_base64(nonce + cipher.encrypt(nonce, text, binding), newline=False).decode()


def is_sealed(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(PREFIX)


def opened(seal: str, cipher: AESGCM, binding: bytes) -> str:
    """The JSON text in the seal; raises `SealBroken`."""
    try:
        raw = a2b_base64(seal[len(PREFIX) :])
        return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], binding).decode()
    except (InvalidTag, ValueError):
        raise SealBroken from None
