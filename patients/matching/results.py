"""What a match is answered with, as it is stored: the record's fields that the engine fills."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patients.matching import gate
from patients.matching.case import MatchCase
from patients.matching.engine import Scored, Screened
from patients.matching.explanation import Explanation
from patients.matching.phrases import say
from patients.matching.procedures import procedures


def gated(case: MatchCase, missing: Sequence[str]) -> dict[str, Any]:
    """Nobody yet: what is missing, in words and by name."""
    labels = gate.missing_labels(missing, case.locale)
    return {
        "procedures": _procedures(case),
        "message": gate.gate_message(missing, case.locale),
        "missing": [{"category": name, "label": label} for name, label in zip(missing, labels, strict=True)],
    }


def nobody(case: MatchCase, screened: Screened) -> dict[str, Any]:
    """Nobody fits: a friendly message and what to try."""
    return {
        "procedures": _procedures(case),
        "message": say("message", "nobody", case.locale),
        "suggestions": gate.suggestions(case, screened.dropped.values()),
    }


def ranking(case: MatchCase, ranked: Sequence[Scored], explained: Sequence[Explanation]) -> dict[str, Any]:
    """The ranked providers, with why."""
    pairs = zip(ranked, explained, strict=True)
    return {
        "procedures": _procedures(case),
        "providers": [_provider(case, rank, one, why) for rank, (one, why) in enumerate(pairs, 1)],
        "notice": say("message", "notice", case.locale),
    }


def _procedures(case: MatchCase) -> list[dict[str, str]]:
    return [{"code": code, "display": procedures()[code].name(case.locale)} for code in case.procedures]


def _provider(case: MatchCase, rank: int, one: Scored, why: Explanation) -> dict[str, Any]:
    provider, offer = one.provider, one.offer
    return {
        "rank": rank,
        "provider_id": provider.id,
        "name": provider.name,
        "city": provider.city,
        "country": provider.country.code,
        "country_name": provider.country.name(case.locale),
        "coordinates": {"latitude": provider.latitude, "longitude": provider.longitude},
        "score": one.score,
        "factors": one.factors,
        "reasons": list(why.reasons),
        "caveat": why.caveat,
        "price_usd": {"low": offer.price_low, "high": offer.price_high},
        "annual_volume": offer.annual_volume,
        "success_rate": offer.success_rate,
        "complication_rate": offer.complication_rate,
        "accreditations": list(provider.accreditations),
        "specialities": provider.specialities,
        "languages": list(provider.languages),
        "flight_hours": provider.hours(case.country),
        "visa": provider.visa(case.country),
        "wait_days": provider.wait_days,
        "invented": True,
    }
