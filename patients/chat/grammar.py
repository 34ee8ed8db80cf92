"""What people say, as patterns by group and language; every language is understood in every conversation."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from patients.chat.wording import plain

DATA = Path(__file__).parent / "data" / "grammar.json"

AROUND = {
    # A word of these languages may carry "and", "with", "to" and its article in front.
    "ar": (r"(?<!\w)[وف]?[بل]?(?:ال)?(?:", r")(?!\w)"),
}
WORDS = (r"(?<!\w)(?:", r")(?!\w)")


def find(group: str, text: str) -> re.Match[str] | None:
    """The first place where the plain text says something of the group."""
    return next((found for pattern in patterns(group) if (found := pattern.search(text))), None)


def finds(group: str, text: str) -> list[re.Match[str]]:
    """Every place where it does, in their order."""
    return sorted((found for pattern in patterns(group) for found in pattern.finditer(text)), key=re.Match.start)


def says(group: str, text: str) -> bool:
    return find(group, text) is not None


@cache
def patterns(group: str) -> tuple[re.Pattern[str], ...]:
    """A pattern per language."""
    return tuple(_pattern(language, written) for language, written in groups()[group].items())


@cache
def groups() -> dict[str, dict[str, list[str]]]:
    """Group → language → patterns, as written in the data file: accents are free, escapes in lower case only."""
    told: dict[str, dict[str, list[str]]] = json.loads(DATA.read_text(encoding="utf-8"))
    return told


def _pattern(language: str, written: list[str]) -> re.Pattern[str]:
    before, after = AROUND.get(language, WORDS)
    return re.compile(before + "|".join(plain(one) for one in written) + after)
