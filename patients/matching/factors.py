"""The seven factors of a provider's score, each 0-1, and their weights.

The weights are the platform's. The formulas are ours: simple, monotone in what they measure, and stated
beside the code, so that a patient can be told why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import fmean

from patients.matching.case import MatchCase
from patients.matching.catalogue import Offer, Provider
from patients.matching.procedures import procedures

WEIGHTS: Mapping[str, float] = {
    "clinical_relevance": 0.25,
    "outcome_score": 0.20,
    "cost_score": 0.15,
    "semantic_match": 0.10,
    "travel_logistics": 0.10,
    "accreditation": 0.10,
    "patient_preferences": 0.10,
}
DIGITS = 4

DEPARTMENTS = {
    "C": "oncology",
    "E": "endocrinology",
    "G": "neurology",
    "H": "ophthalmology",
    "I": "cardiology",
    "M": "orthopaedics",
    "N": "nephrology",
}
"""Chapter of a condition, the first letter of its ICD-10-CM code → who looks after it."""

OLDER = 65
"""From this age on (years) a department of internal medicine counts as needed."""

WORST_COMPLICATIONS = 0.05
LONGEST_FLIGHT = 20.0
LONGEST_WAIT = 90
EASE = {"none": 1.0, "e-visa": 0.8, "visa": 0.3, "closed": 0.0}
UNKNOWN = 0.5
"""Of what nothing is known: neither for nor against."""

JCI = "JCI"
NATIONAL = frozenset({"NABH", "HA", "KOIHA", "CSG", "KTQ", "TEMOS"})
RECOGNISED = NATIONAL | {JCI}
"""Accreditations of hospitals; ISO 9001 is about an office's quality management, and is none."""


def clinical_relevance(case: MatchCase, provider: Provider, offer: Offer) -> float:
    """0.6 experience + 0.4 care.

    Experience: operations a year against the number from which more say nothing more. Care: the share of the
    departments the record calls for that the provider has; 1 when it calls for none.
    """
    busy = max(procedures()[code].busy for code in case.procedures)
    return 0.6 * min(1.0, offer.annual_volume / busy) + 0.4 * (1 - _share(missing_departments(case, provider), case))


def missing_departments(case: MatchCase, provider: Provider) -> frozenset[str]:
    """The departments that the record calls for and the provider does not have."""
    return needed_departments(case) - provider.departments


def needed_departments(case: MatchCase) -> frozenset[str]:
    """By the patient's conditions, and by age."""
    by_condition = {DEPARTMENTS[code[0]] for code in case.conditions if code[0] in DEPARTMENTS}
    return frozenset(by_condition | ({"internal_medicine"} if (case.age or 0) >= OLDER else set()))


def outcome_score(case: MatchCase, offer: Offer) -> float:
    """0.7 success + 0.3 absence of complications.

    Success: where the rate lies between the procedure's worst and best; complications: none is 1, 5 % is 0.
    """
    worst = min(procedures()[code].outcomes[0] for code in case.procedures)
    best = max(procedures()[code].outcomes[1] for code in case.procedures)
    success = _clamp((offer.success_rate - worst) / (best - worst))
    return 0.7 * success + 0.3 * _clamp(1 - offer.complication_rate / WORST_COMPLICATIONS)


def cost_score(offer: Offer, *, budget: int | None, cheapest: float, dearest: float) -> float:
    """0.5 fit + 0.5 cheapness; cheapness alone where no budget is known.

    Fit: the share of the price range that the budget covers. Cheapness: where the middle of the range lies
    between the dearest (0) and the cheapest (1) of those that are compared.
    """
    cheapness = _clamp((dearest - offer.price) / (dearest - cheapest)) if dearest > cheapest else 1.0
    return cheapness if budget is None else 0.5 * covered(offer, budget) + 0.5 * cheapness


def covered(offer: Offer, budget: int) -> float:
    """The share of the price range up to the budget: 1 when it covers the highest price, 0 below the lowest."""
    span = offer.price_high - offer.price_low
    return _clamp((budget - offer.price_low) / span) if span > 0 else float(budget >= offer.price_low)


def travel_logistics(case: MatchCase, provider: Provider) -> float:
    """0.5 nearness + 0.3 ease of entry + 0.2 early date.

    Nearness: 20 flight hours are 0, also any number beyond the patient's own limit. Early: 90 days are 0.
    """
    visa = provider.visa(case.country)
    ease = UNKNOWN if visa is None else EASE[visa]
    return 0.5 * _nearness(case, provider) + 0.3 * ease + 0.2 * _clamp(1 - provider.wait_days / LONGEST_WAIT)


def accreditation(provider: Provider) -> float:
    """0.7 for JCI, 0.2 for a recognised national or regional one, 0.1 for any other."""
    held = set(provider.accreditations)
    return round(0.7 * (JCI in held) + 0.2 * bool(held & NATIONAL) + 0.1 * bool(held - RECOGNISED), DIGITS)


def patient_preferences(case: MatchCase, provider: Provider) -> float:
    """The mean of what is known of: country wanted (0 or 1), language spoken (0 or 1), date kept (0 or 1).

    0 in a country the patient would rather avoid. Without a language told, it is that of the patient's locale.
    """
    told = case.preferences
    if provider.country.code in told.avoided:
        return 0.0
    parts = [float(spoken(case, provider) is not None)]
    if told.countries:
        parts.append(float(provider.country.code in told.countries))
    if told.days is not None:
        parts.append(float(provider.wait_days <= told.days))
    return fmean(parts)


def wanted_languages(case: MatchCase) -> tuple[str, ...]:
    return case.preferences.languages or (case.locale,)


def spoken(case: MatchCase, provider: Provider) -> str | None:
    """The patient's language that is spoken there; None when none is."""
    return next((language for language in wanted_languages(case) if language in provider.languages), None)


def total(factors: Mapping[str, float]) -> float:
    """The weighted sum, rounded to four digits."""
    return round(sum(WEIGHTS[name] * factors[name] for name in WEIGHTS), DIGITS)


def _nearness(case: MatchCase, provider: Provider) -> float:
    hours = provider.hours(case.country)
    if hours is None:
        return UNKNOWN
    limit = case.preferences.max_flight_hours
    return 0.0 if limit is not None and hours > limit else _clamp(1 - hours / LONGEST_FLIGHT)


def _share(missing: Iterable[str], case: MatchCase) -> float:
    needed = needed_departments(case)
    return len(frozenset(missing)) / len(needed) if needed else 0.0


def _clamp(value: float) -> float:
    return max(0.0, min(1.0, value))
