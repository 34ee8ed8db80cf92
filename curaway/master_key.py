"""A master key as text, as it stands in the settings."""

from __future__ import annotations

import binascii
import secrets
from base64 import b64decode, b64encode

KEY_BYTES = 32
FEWEST_VALUES = 12
"""Of 32 random bytes about 30 are different; fewer than this never happens by chance: they were made up."""

DEVELOPMENT = "development-"


def decoded(text: str) -> bytes:
    """The key's bytes; raises ValueError when the text is none, or is one that somebody made up."""
    try:
        raw = b64decode(text.removeprefix(DEVELOPMENT), validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    if len(raw) != KEY_BYTES or len(set(raw)) < FEWEST_VALUES:
        raise ValueError("not 32 random bytes")
    return raw


def is_one(text: str) -> bool:
    """Whether the text is a key."""
    try:
        return bool(decoded(text))
    except ValueError:
        return False


def is_of_development(text: str) -> bool:
    """Whether the key was made on a developer's machine."""
    return text.startswith(DEVELOPMENT)


def new_development_key() -> str:
    """A key that production refuses."""
    return DEVELOPMENT + b64encode(secrets.token_bytes(KEY_BYTES)).decode()
