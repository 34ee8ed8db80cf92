"""Short names for what fields hold, so that transcripts hold no payloads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def digests(payload: Mapping[str, Any]) -> dict[str, str]:
    """Field → a name of its content: the same for the same content, whatever the order of its parts."""
    return {name: digest(value) for name, value in payload.items()}


def digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
