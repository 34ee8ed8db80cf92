"""The procedures the catalogue knows, and how people call them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from patients.matching.words import holds, words

DATA = Path(__file__).parent / "data" / "procedures.json"
FALLBACK = "en"

UNIMPORTANT = frozenset(
    words(
        "a an the of my for on in both left right side sided bilateral total full complete joint operation please "
        "de del la el los las mi en total completa completo derecha derecho izquierda izquierdo articulacion "
        "في من على كامل كاملة بالكامل كلي الكلي مفصل لمفصل اليمنى اليمين اليسرى اليسار الايمن الايسر عملية"
    )
)
"""Words that are left out on both sides before comparing, so that their place does not matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A procedure. `busy`: operations a year from which more say nothing more. `outcomes`: the worst and the
    best success rate between which its providers are told apart. `names` by locale."""

    code: str
    family: str
    busy: int
    outcomes: tuple[float, float]
    names: dict[str, str]
    synonyms: tuple[tuple[str, ...], ...]

    def name(self, locale: str) -> str:
        """In the locale, or in English."""
        return self.names.get(locale, self.names[FALLBACK])


@cache
def procedures() -> dict[str, Procedure]:
    """Every procedure by its code."""
    told = json.loads(DATA.read_text(encoding="utf-8"))["procedures"]
    return {
        code: Procedure(
            code=code,
            family=one["family"],
            busy=one["busy"],
            outcomes=(one["outcomes"][0], one["outcomes"][1]),
            names=one["names"],
            synonyms=tuple({_important(text) for text in (*one["synonyms"], *one["names"].values())}),
        )
        for code, one in told.items()
    }


def procedure_codes(text: str) -> tuple[str, ...]:
    """The codes of what the text names, in the order of the text; empty when it names nothing known.

    The longest names are looked for first, and their words are used up: a partial knee replacement is not
    a knee replacement as well.
    """
    left, found = _important(text), dict[str, int]()
    for phrase, code in _phrases():
        while (at := holds(phrase, left)) is not None:
            left = (*left[:at], *("",) * len(phrase), *left[at + len(phrase) :])
            found[code] = min(at, found.get(code, at))
    return tuple(sorted(found, key=lambda code: (found[code], code)))


@cache
def _phrases() -> list[tuple[tuple[str, ...], str]]:
    known = [(phrase, one.code) for one in procedures().values() for phrase in (*one.synonyms, (one.code,))]
    return sorted(known, key=lambda entry: (-len(entry[0]), entry))


def _important(text: str) -> tuple[str, ...]:
    return tuple(word for word in words(text) if word not in UNIMPORTANT)
