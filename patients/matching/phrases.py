"""Everything matching says, by locale; where there is no translation, in English."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "phrases.json"
FALLBACK = "en"
LOCALES = ("en", "es", "ar")
COMMA = {"ar": "، "}

Phrases = dict[str, dict[str, dict[str, str]]]


@cache
def phrases() -> Phrases:
    """Kind → name → locale → text."""
    told: Phrases = json.loads(DATA.read_text(encoding="utf-8"))
    return told


def say(kind: str, name: str, locale: str, **facts: str) -> str:
    """The phrase with its facts in place."""
    of = phrases()[kind][name]
    return of.get(locale, of[FALLBACK]).format(**facts)


def listed(parts: list[str], locale: str) -> str:
    """One after the other."""
    return COMMA.get(locale, ", ").join(parts)


def number(value: float, locale: str) -> str:
    """At most one decimal, thousands set apart; Western digits everywhere, as in medical documents."""
    text = f"{value:,.1f}".removesuffix(".0")
    return text.translate(str.maketrans(",.", ".,")) if locale == "es" else text
