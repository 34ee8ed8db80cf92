"""What matching needs to know of a patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from patients.intake import WEIGHTS
from patients.matching.preferences import Preferences, preferences_from
from patients.matching.procedures import procedure_codes, procedures

PAST = frozenset({"completed", "not-done", "stopped", "entered-in-error"})
"""Statuses (FHIR R4 `EventStatus`) of procedures that nobody looks for any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchCase:
    """A patient, as far as matching goes.

    `wish` is the procedure in their own words, `procedures` what is understood of it. `conditions` are ICD-10-CM
    codes, `findings` their names. `completeness` is the intake's progress, 0-1; `missing` names its unfilled
    categories, the one that would help most first.
    """

    country: str | None = None
    locale: str = "en"
    wish: str = ""
    procedures: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    age: int | None = None
    completeness: float = 0.0
    missing: tuple[str, ...] = ()
    preferences: Preferences = field(default_factory=Preferences)


def case_from_summary(summary: Mapping[str, Any], *, today: date) -> MatchCase:
    """The case of a patient's summary; whatever the summary lacks is not known. The same summary on the same
    day makes the same case."""
    who = summary.get("demographics") or {}
    conditions = _entries(summary, "conditions")
    wish = str(who.get("procedure_interest") or "")
    progress = summary.get("intake_progress") or {}
    return MatchCase(
        country=who.get("country") or None,
        locale=str(who.get("locale") or "en"),
        wish=wish,
        procedures=procedure_codes(wish) or _planned(_entries(summary, "procedures")),
        conditions=_distinct(str(entry.get("code") or "") for entry in conditions),
        findings=_distinct(str(entry.get("display") or "") for entry in conditions),
        age=_age(who.get("date_of_birth"), today),
        completeness=float(progress.get("progress") or 0.0),
        missing=_missing(progress.get("categories") or {}),
        preferences=preferences_from(_by_key(_entries(summary, "preferences")), today=today),
    )


def _entries(summary: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    return [entry for entry in summary.get(kind) or () if isinstance(entry, Mapping)]


def _planned(entries: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The record's first procedure that the catalogue knows and that is not done yet."""
    for entry in entries:
        if entry.get("status") in PAST:
            continue
        code = str(entry.get("code") or "")
        found = (code,) if code in procedures() else procedure_codes(str(entry.get("display") or ""))
        if found:
            return found
    return ()


def _by_key(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of several entries for a key the first, which is the canonical one."""
    return {str(entry.get("key")): entry.get("value") for entry in reversed(entries)}


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, texts)))


def _age(born: Any, today: date) -> int | None:
    try:
        day = date.fromisoformat(str(born))
    except ValueError:
        return None
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def _missing(categories: Mapping[str, float]) -> tuple[str, ...]:
    lacks = {name: weight * (1 - float(categories.get(name) or 0.0)) for name, weight in WEIGHTS.items()}
    return tuple(sorted((name for name, lack in lacks.items() if lack > 0), key=lambda name: (-lacks[name], name)))
