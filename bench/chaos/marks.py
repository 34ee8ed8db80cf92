"""A word of each patient's own, written into their name and their files: whoever reads it was told of that patient."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

MARK = re.compile(r"zq[0-9a-f]{12}")


def new_mark() -> str:
    return f"zq{secrets.token_hex(6)}"


def marks_in(told: Any) -> list[str]:
    """Every mark in it, once."""
    return sorted(set(MARK.findall(json.dumps(told))))
