"""The stage `explain`: why a provider, and one thing that speaks against it, from the facts of its score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from patients.matching import factors
from patients.matching.case import MatchCase
from patients.matching.engine import Scored
from patients.matching.factors import WEIGHTS
from patients.matching.phrases import listed, number, phrases, say

REASONS = 3
GOOD = 0.5
"""A factor below this is no reason for a provider."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Sentences in the patient's locale: reasons, the weightiest first, and one caveat."""

    reasons: tuple[str, ...]
    caveat: str


def explain(case: MatchCase, ranked: Sequence[Scored]) -> tuple[Explanation, ...]:
    """One explanation for each provider, in their order, by template: the three factors that contribute most speak
    for it, the one that costs most against it. Never raises."""
    return tuple(_explanation(case, one) for one in ranked)


def _explanation(case: MatchCase, one: Scored) -> Explanation:
    facts = _facts(case, one)
    good = [name for name in sorted(WEIGHTS, key=_contribution(one)) if one.factors[name] >= GOOD]
    reasons = [(name, phrase) for name in good if (phrase := REASON[name](case, one)) is not None][:REASONS]
    caveat = _caveat(case, one, praised={name for name, _ in reasons})
    return Explanation(
        tuple(say("reason", phrase, case.locale, **facts) for _, phrase in reasons),
        say("caveat", caveat, case.locale, **facts),
    )


def _contribution(one: Scored) -> Callable[[str], tuple[float, str]]:
    return lambda name: (-WEIGHTS[name] * one.factors[name], name)


def _caveat(case: MatchCase, one: Scored, *, praised: set[str]) -> str:
    """Of the factor that costs most among those that are no reasons; a lacking department is said in any case."""
    if factors.missing_departments(case, one.provider):
        return "departments"
    costs = {name: WEIGHTS[name] * (1 - one.factors[name]) for name in WEIGHTS if name not in praised}
    costliest = min(costs, key=lambda name: (-costs[name], name))
    return CAVEAT[costliest](case, one) if costs[costliest] > 0 else "price"


def _facts(case: MatchCase, one: Scored) -> dict[str, str]:
    provider, offer, locale = one.provider, one.offer, case.locale
    figures = {
        "volume": offer.annual_volume,
        "success": offer.success_rate * 100,
        "complications": offer.complication_rate * 100,
        "low": offer.price_low,
        "high": offer.price_high,
        "budget": case.preferences.budget_usd or 0,
        "hours": provider.hours(case.country) or 0,
        "wait": provider.wait_days,
    }
    return {name: number(value, locale) for name, value in figures.items()} | {
        "visa": say("visa", provider.visa(case.country) or "unknown", locale),
        "accreditations": listed(list(provider.accreditations), locale),
        "country": provider.country.name(locale),
        "language": _language(factors.spoken(case, provider), locale),
        "wanted_language": _language(factors.wanted_languages(case)[0], locale),
    }


def _language(code: str | None, locale: str) -> str:
    return say("language", code, locale) if code in phrases()["language"] else code or ""


Phrase = Callable[[MatchCase, Scored], str]


def _cost_reason(case: MatchCase, one: Scored) -> str | None:
    """None where it is neither cheap nor within the budget as a whole."""
    budget = case.preferences.budget_usd
    if budget is None:
        return "cost_lower"
    return "cost_within" if one.offer.price_high <= budget else None


def _travel(case: MatchCase, one: Scored) -> str:
    if case.country == one.provider.country.code:
        return "travel_home"
    return "travel" if one.provider.hours(case.country) is not None else "travel_unknown"


def _wish_met(case: MatchCase, one: Scored) -> str | None:
    if one.provider.country.code in case.preferences.countries:
        return "wanted_country"
    if factors.spoken(case, one.provider) is not None:
        return "language"
    return "dates" if _in_time(case, one) else None


def _wish_unmet(case: MatchCase, one: Scored) -> str:
    wishes = case.preferences
    if one.provider.country.code in wishes.avoided:
        return "avoided"
    if wishes.countries and one.provider.country.code not in wishes.countries:
        return "other_country"
    return "dates" if not _in_time(case, one) else "language"


def _in_time(case: MatchCase, one: Scored) -> bool:
    return case.preferences.days is None or one.provider.wait_days <= case.preferences.days


def _cost_caveat(case: MatchCase, one: Scored) -> str:
    budget = case.preferences.budget_usd
    if budget is not None and one.offer.price_high > budget:
        return "cost_over"
    return "cost_higher" if one.factors["cost_score"] < 1 else "price"


REASON: dict[str, Callable[[MatchCase, Scored], str | None]] = {
    "clinical_relevance": lambda case, one: "experience",
    "outcome_score": lambda case, one: "outcome",
    "cost_score": _cost_reason,
    "semantic_match": lambda case, one: "semantic",
    "travel_logistics": _travel,
    "accreditation": lambda case, one: "accreditation",
    "patient_preferences": _wish_met,
}
CAVEAT: dict[str, Phrase] = {
    "clinical_relevance": lambda case, one: "volume",
    "outcome_score": lambda case, one: "outcome",
    "cost_score": _cost_caveat,
    "semantic_match": lambda case, one: "semantic",
    "travel_logistics": _travel,
    "accreditation": lambda case, one: "accreditation" if factors.JCI in one.provider.accreditations else "no_jci",
    "patient_preferences": _wish_unmet,
}
"""Factor → the phrase that fits what the factor was made of; each says only what is so."""
