"""Whether enough is known of a patient to match them; and what to say when there is no provider."""

from __future__ import annotations

from collections.abc import Iterable

from patients.matching.case import MatchCase
from patients.matching.phrases import listed, say
from patients.matching.procedures import procedures

ENOUGH = 0.4
"""The completeness from which a match is made."""

NAMED = 3
PROCEDURE = "procedure"
EXAMPLES = ("27447", "27130", "33533")


def confidence(case: MatchCase) -> float:
    """How far a match can be relied on, 0-1: the record's completeness."""
    return round(case.completeness, 4)


def missing(case: MatchCase) -> tuple[str, ...]:
    """What keeps the case below the gate, the most helpful first; empty when it passes."""
    wanted = () if case.wish or case.procedures else (PROCEDURE,)
    if confidence(case) >= ENOUGH:
        return wanted
    # Which procedure it is goes first: without it nothing else helps.
    return (*wanted, *case.missing)[:NAMED]


def missing_labels(names: Iterable[str], locale: str) -> list[str]:
    return [say("category", name, locale) for name in names]


def gate_message(names: Iterable[str], locale: str) -> str:
    """A friendly sentence that names what is missing."""
    return say("message", "gated", locale, missing=listed(missing_labels(names, locale), locale))


def suggestions(case: MatchCase, obstacles: Iterable[str]) -> list[str]:
    """What the patient can try when nobody is left, by what stood in the way."""
    met = sorted(set(obstacles)) if case.procedures else ["unknown"]
    examples = listed([procedures()[code].name(case.locale) for code in EXAMPLES], case.locale)
    return [say("suggestion", name, case.locale, examples=examples) for name in (*met, "coordinator")]
