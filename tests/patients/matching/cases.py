"""Patients and providers for tests of matching: complete, and alike but for what a test says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from patients.matching.case import MatchCase
from patients.matching.catalogue import Catalogue, Country, Offer, Provider
from patients.matching.engine import Scored, retrieve, score, screen

KNEE = "27447"
COUNTRY = Country(
    code="TR",
    names={"en": "Turkey", "es": "Turquía", "ar": "تركيا"},
    aliases=("turkey",),
    visa={"US": "none", "AE": "closed", "*": "visa"},
)
OFFER = Offer(price_low=8000, price_high=10000, annual_volume=500, success_rate=0.95, complication_rate=0.02)
PROVIDER = Provider(
    id="prv-a",
    name="A",
    city="Izmir",
    country=COUNTRY,
    latitude=38.4,
    longitude=27.1,
    accreditations=("JCI",),
    departments=frozenset({"orthopaedics"}),
    specialities="joint replacement, knee",
    languages=("en",),
    visa_rules=COUNTRY.visa,
    flight_hours={"US": 10.0},
    wait_days=30,
    procedures={KNEE: OFFER},
)


def case(**facts: Any) -> MatchCase:
    return MatchCase(**{"country": "US", "procedures": (KNEE,), "completeness": 0.8, "wish": "knee", **facts})


def provider(id: str = "prv-a", **facts: Any) -> Provider:
    return replace(PROVIDER, id=id, **facts)


def offering(id: str = "prv-a", **figures: Any) -> Provider:
    return provider(id, procedures={KNEE: replace(OFFER, **figures)})


def ranked(of: MatchCase, *providers: Provider) -> tuple[Scored, ...]:
    """The three stages over these providers."""
    catalogue = Catalogue(tuple(sorted(providers, key=lambda one: one.id)), {"TR": COUNTRY})
    return score(of, screen(of, retrieve(of, catalogue)).kept)
