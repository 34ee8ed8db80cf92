"""Countries as people write them."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from patients.chat.wording import plain

DATA = Path(__file__).parent / "data" / "countries.json"


class Named(NamedTuple):
    """A country in a text: its two-letter code, and from where to where it is named."""

    code: str
    start: int
    end: int


def countries_in(text: str) -> list[Named]:
    """The countries that the plain text names, in its order; of names within names the longest."""
    found: list[Named] = []
    for place in _names().finditer(text):
        code = _codes()[place.group(1)]
        if code not in (one.code for one in found):
            found.append(Named(code, place.start(), place.end()))
    return found


def country_name(code: str) -> str:
    """In English."""
    return _told()[code][0]


@cache
def _told() -> dict[str, list[str]]:
    told: dict[str, list[str]] = json.loads(DATA.read_text(encoding="utf-8"))["countries"]
    return told


@cache
def _codes() -> dict[str, str]:
    return {plain(name): code for code, names in _told().items() for name in names}


@cache
def _names() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(_codes(), key=len, reverse=True))
    # Arabic writes "and", "to" and "from" in one word with the name.
    return re.compile(rf"(?<!\w)[وفبل]?({names})(?!\w)")
