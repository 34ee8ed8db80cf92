"""The stages that find and rank providers: pure functions, the same answer for the same case.

`retrieve`, `screen` (the stage called `filter`) and `score`; the fourth, why, is in `explanation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from patients.matching import factors
from patients.matching.case import MatchCase
from patients.matching.catalogue import Catalogue, Offer, Provider
from patients.matching.procedures import procedures
from patients.matching.similarity import similarities

SHOWN = 10
"""So many providers are explained and answered, best first."""

Obstacle = Literal["procedure", "accreditation", "visa"]


class Screened(NamedTuple):
    """Who is left, and what stood in the way of the others, by provider id."""

    kept: tuple[Provider, ...]
    dropped: dict[str, Obstacle]


@dataclass(frozen=True, slots=True)
class Scored:
    """A provider with its offer for the wanted procedures, its factors (0-1) and its score (0-1)."""

    provider: Provider
    offer: Offer
    factors: dict[str, float]
    score: float


def retrieve(case: MatchCase, catalogue: Catalogue) -> tuple[Provider, ...]:
    """The candidates: all who offer anything of the family of a wanted procedure, by id."""
    families = {procedures()[code].family for code in case.procedures}
    return tuple(
        one for one in catalogue.providers if families & {procedures()[code].family for code in one.procedures}
    )


def screen(case: MatchCase, candidates: Sequence[Provider]) -> Screened:
    """Without those who can't take the patient: the procedure itself is not offered, no recognised
    accreditation, or no way into the country. A patient whose country is not known is not turned away."""
    obstacles = {one.id: _obstacle(case, one) for one in candidates}
    kept = tuple(one for one in candidates if obstacles[one.id] is None)
    return Screened(kept, {id: obstacle for id, obstacle in obstacles.items() if obstacle is not None})


def score(case: MatchCase, kept: Sequence[Provider]) -> tuple[Scored, ...]:
    """Best first; equal scores in the order of their ids."""
    offers = [(one, offer) for one in kept if (offer := one.offer(case.procedures)) is not None]
    prices = [offer.price for _, offer in offers] or [0.0]
    alike = similarities(_query(case), [one.specialities for one, _ in offers])
    scored = [
        _scored(case, one, offer, semantic=likeness, cheapest=min(prices), dearest=max(prices))
        for (one, offer), likeness in zip(offers, alike, strict=True)
    ]
    return tuple(sorted(scored, key=lambda one: (-one.score, one.provider.id)))


def _obstacle(case: MatchCase, provider: Provider) -> Obstacle | None:
    if provider.offer(case.procedures) is None:
        return "procedure"
    if not factors.RECOGNISED & set(provider.accreditations):
        return "accreditation"
    return "visa" if provider.visa(case.country) == "closed" else None


def _scored(
    case: MatchCase, provider: Provider, offer: Offer, *, semantic: float, cheapest: float, dearest: float
) -> Scored:
    budget = case.preferences.budget_usd
    each = {
        "clinical_relevance": factors.clinical_relevance(case, provider, offer),
        "outcome_score": factors.outcome_score(case, offer),
        "cost_score": factors.cost_score(offer, budget=budget, cheapest=cheapest, dearest=dearest),
        "semantic_match": semantic,
        "travel_logistics": factors.travel_logistics(case, provider),
        "accreditation": factors.accreditation(provider),
        "patient_preferences": factors.patient_preferences(case, provider),
    }
    rounded = {name: round(value, factors.DIGITS) for name, value in each.items()}
    return Scored(provider, offer, rounded, factors.total(rounded))


def _query(case: MatchCase) -> str:
    """What the specialities are compared with, in English as they are."""
    return " ".join([*(procedures()[code].name("en") for code in case.procedures), *case.findings])
