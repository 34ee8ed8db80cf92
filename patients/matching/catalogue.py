"""The providers patients are matched to. All of them are invented, and every answer says so."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

DATA = Path(__file__).parent / "data" / "providers.json"
FALLBACK = "en"
ANY_COUNTRY = "*"

Visa = Literal["none", "e-visa", "visa", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country providers are in; `visa` by the traveller's country, `*` for all others."""

    code: str
    names: Mapping[str, str]
    aliases: tuple[str, ...]
    visa: Mapping[str, Visa]

    def name(self, locale: str) -> str:
        """In the locale, or in English."""
        return self.names.get(locale, self.names[FALLBACK])


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A procedure at a provider: a price range in US dollars, operations a year, and shares of them (0-1)."""

    price_low: int
    price_high: int
    annual_volume: int
    success_rate: float
    complication_rate: float

    @property
    def price(self) -> float:
        """The middle of the range."""
        return (self.price_low + self.price_high) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A hospital or clinic. `flight_hours` by the traveller's country; `wait_days` until it can receive one."""

    id: str
    name: str
    city: str
    country: Country
    latitude: float
    longitude: float
    accreditations: tuple[str, ...]
    departments: frozenset[str]
    specialities: str
    languages: tuple[str, ...]
    visa_rules: Mapping[str, Visa]
    flight_hours: Mapping[str, float]
    wait_days: int
    procedures: Mapping[str, Offer]

    def visa(self, country: str | None) -> Visa | None:
        """What a traveller of the country needs; None when the country is not known."""
        if country is None:
            return None
        return "none" if country == self.country.code else self.visa_rules.get(country, self.visa_rules[ANY_COUNTRY])

    def hours(self, country: str | None) -> float | None:
        """The flight in hours; 0 within the country, None when there is no figure."""
        return 0.0 if country == self.country.code else self.flight_hours.get(country or "")

    def offer(self, codes: Collection[str]) -> Offer | None:
        """All of the procedures together: prices add up, the weakest figure of each kind counts.

        None unless each of them is offered.
        """
        if not codes or any(code not in self.procedures for code in codes):
            return None
        offers = [self.procedures[code] for code in codes]
        return Offer(
            price_low=sum(one.price_low for one in offers),
            price_high=sum(one.price_high for one in offers),
            annual_volume=min(one.annual_volume for one in offers),
            success_rate=min(one.success_rate for one in offers),
            complication_rate=max(one.complication_rate for one in offers),
        )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Providers in the order of their ids, and the countries they are in by code."""

    providers: tuple[Provider, ...]
    countries: Mapping[str, Country]


@cache
def catalogue() -> Catalogue:
    """The catalogue of the file beside this module."""
    told = json.loads(DATA.read_text(encoding="utf-8"))
    countries = {code: _country(code, one) for code, one in told["countries"].items()}
    providers = (_provider(one, countries[one["country"]]) for one in told["providers"])
    return Catalogue(tuple(sorted(providers, key=lambda one: one.id)), countries)


def _country(code: str, told: Mapping[str, Any]) -> Country:
    return Country(code=code, names=told["names"], aliases=tuple(told["aliases"]), visa=told["visa"])


def _provider(told: Mapping[str, Any], country: Country) -> Provider:
    return Provider(
        id=told["id"],
        name=told["name"],
        city=told["city"],
        country=country,
        latitude=told["coordinates"]["latitude"],
        longitude=told["coordinates"]["longitude"],
        accreditations=tuple(told["accreditations"]),
        departments=frozenset(told["departments"]),
        specialities=told["specialities"],
        languages=tuple(told["languages"]),
        # What the provider itself says goes before what holds for its country.
        visa_rules={**country.visa, **told.get("visa", {})},
        flight_hours=told["flight_hours"],
        wait_days=told["wait_days"],
        procedures={code: _offer(one) for code, one in told["procedures"].items()},
    )


def _offer(told: Mapping[str, Any]) -> Offer:
    return Offer(
        price_low=told["price_usd"]["low"],
        price_high=told["price_usd"]["high"],
        annual_volume=told["annual_volume"],
        success_rate=told["success_rate"],
        complication_rate=told["complication_rate"],
    )
