"""Everything the agent says, by locale; where there is no translation, in English."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "phrases.json"
FALLBACK = "en"
LOCALES = ("en", "es", "ar")
COMMA = {"ar": "، "}


@cache
def phrases() -> dict[str, dict[str, dict[str, str]]]:
    """Kind → name → locale → text."""
    told: dict[str, dict[str, dict[str, str]]] = json.loads(DATA.read_text(encoding="utf-8"))
    return told


def say(kind: str, name: str, locale: str, /, **facts: str) -> str:
    """The phrase with its facts in place."""
    of = phrases()[kind][name]
    return of.get(locale, of[FALLBACK]).format(**facts)


def listed(parts: Sequence[str], locale: str) -> str:
    """One after the other, "and" before the last."""
    if len(parts) < 2:
        return "".join(parts)
    *first, last = parts
    last = say("word", "and", locale, last=last)
    return f"{COMMA.get(locale, ', ').join(first)}{last}"
