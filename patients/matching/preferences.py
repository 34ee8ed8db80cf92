"""What a patient would like of a provider, read from what they told in their own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from patients.matching.catalogue import catalogue
from patients.matching.words import holds, words

LARGEST_BUDGET = 10_000_000
LONGEST_FLIGHT = 48
LONGEST_WAIT_DAYS = 3650

DIRHAM_IN_USD = 1 / 3.6725
"""The dirham is pegged to the dollar; other currencies move, so no rate is written here."""

BUDGET_KEYS = ("budget_usd", "budget")
COUNTRY_KEYS = ("destination", "destinations", "country", "countries", "countries_preferred")
AVOIDED_KEYS = ("avoid", "avoided", "countries_avoided")
LANGUAGE_KEYS = ("language", "languages")
FLIGHT_KEYS = ("max_flight_hours",)
DATE_KEYS = ("timeframe", "dates", "latest_date")

AMOUNT = re.compile(r"(\d+(?:[.,'٬ \u00a0]\d{3})*(?:[.,]\d{1,2})?)\s*(k\b|mil\b|thousand|ألف|الف)?", re.IGNORECASE)
DIRHAM = re.compile(r"\baed\b|dirham|dírham|درهم", re.IGNORECASE)
FOREIGN = re.compile(
    r"[€£₹¥₺]|\b(?:eur|euros?|gbp|pounds?|libras?|inr|try|thb|mxn|krw|pesos?)\b|يورو|جنيه", re.IGNORECASE
)
BUT = re.compile(
    r"\b(?:but|except|not|no|without|avoid|excepto|menos|salvo|sin)\b|(?:ما عدا|إلا|الا|غير|ليس)", re.IGNORECASE
)
SPAN = re.compile(
    r"(\d{1,4})\s*(day|week|month|year|d[ií]a|seman|mes|año|يوم|أيام|أسبوع|أسابيع|شهر|أشهر|سنة)", re.IGNORECASE
)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
UNIT_DAYS = {
    1: ("day", "día", "dia", "يوم", "أيام"),
    7: ("week", "seman", "أسبوع", "أسابيع"),
    30: ("month", "mes", "شهر", "أشهر"),
    365: ("year", "año", "سنة"),
}
LANGUAGE_NAMES = {
    "en": ("en", "english", "ingles", "انجليزيه"),
    "es": ("es", "spanish", "espanol", "castellano", "اسبانيه"),
    "ar": ("ar", "arabic", "arabe", "عربيه"),
    "tr": ("tr", "turkish", "turco", "تركيه"),
    "th": ("th", "thai", "tailandes", "تايلانديه"),
    "hi": ("hi", "hindi", "هنديه"),
    "de": ("de", "german", "aleman", "المانيه"),
    "ko": ("ko", "korean", "coreano", "كوريه"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """None and empty mean: not told, or not understood. `days`: the patient wants to be there within so many."""

    budget_usd: int | None = None
    countries: tuple[str, ...] = ()
    avoided: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    max_flight_hours: float | None = None
    days: int | None = None


def preferences_from(told: Mapping[str, Any], *, today: date) -> Preferences:
    """Of the preferences by key, as a summary holds them, in whatever form they came; never raises."""
    wanted, unwanted = _destinations(_texts(told, COUNTRY_KEYS))
    avoided = unwanted | set(_countries(_texts(told, AVOIDED_KEYS)))
    return Preferences(
        budget_usd=next(filter(None, map(_dollars, _texts(told, BUDGET_KEYS))), None),
        countries=tuple(sorted(wanted - avoided)),
        avoided=tuple(sorted(avoided)),
        languages=tuple(sorted(_languages(_texts(told, LANGUAGE_KEYS)))),
        max_flight_hours=next(filter(None, map(_hours, _texts(told, FLIGHT_KEYS))), None),
        days=next((days for text in _texts(told, DATE_KEYS) if (days := _days(text, today)) is not None), None),
    )


def _texts(told: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    return [text for key in keys for text in _flat(told.get(key))]


def _flat(value: Any) -> list[str]:
    """Every text in it; an object's values are one text, so that an amount keeps its currency."""
    match value:
        case None | bool():
            return []
        case Mapping():
            return [" ".join(text for one in value.values() for text in _flat(one))]
        case list() | tuple():
            return [text for one in value for text in _flat(one)]
        case _:
            return [str(value)]


def _dollars(text: str) -> int | None:
    """The largest amount of the text, in US dollars; None in a currency without a fixed rate."""
    if FOREIGN.search(text):
        return None
    rate = DIRHAM_IN_USD if DIRHAM.search(text) else 1
    amounts = [_amount(*found) * rate for found in AMOUNT.findall(text)]
    return next((int(one) for one in sorted(amounts, reverse=True) if 1 <= one <= LARGEST_BUDGET), None)


def _amount(digits: str, thousands: str) -> float:
    whole = re.sub(r"[.,]\d{1,2}$", "", digits)
    return int("".join(re.findall(r"\d", whole))[:12] or 0) * (1000 if thousands else 1)


def _destinations(texts: Iterable[str]) -> tuple[set[str], set[str]]:
    """Countries wanted, and those named after a word like "but"."""
    wanted, unwanted = set[str](), set[str]()
    for text in texts:
        before, *after = BUT.split(text)
        wanted.update(_countries([before]))
        unwanted.update(_countries(after))
    return wanted, unwanted


def _countries(texts: Iterable[str]) -> list[str]:
    return [code for text in texts for code in catalogue().countries if _names_country(text, code)]


def _names_country(text: str, code: str) -> bool:
    told = words(text)
    aliases = (words(alias) for alias in catalogue().countries[code].aliases)
    return code in re.findall(r"\b[A-Z]{2}\b", text) or any(holds(alias, told) is not None for alias in aliases)


def _languages(texts: Iterable[str]) -> set[str]:
    told = {word for text in texts for word in words(text)}
    return {code for code, names in LANGUAGE_NAMES.items() if told & {word for name in names for word in words(name)}}


def _hours(text: str) -> float | None:
    found = re.search(r"\d{1,3}(?:\.\d+)?", text)
    hours = float(found[0]) if found else 0.0
    return hours if 0 < hours <= LONGEST_FLIGHT else None


def _days(text: str, today: date) -> int | None:
    spans = [int(number) * _unit(unit.casefold()) for number, unit in SPAN.findall(text)]
    known = [*spans, *((one - today).days for one in filter(None, map(_date, ISO_DATE.findall(text))))]
    return next((days for days in sorted(known, reverse=True) if 0 <= days <= LONGEST_WAIT_DAYS), None)


def _unit(unit: str) -> int:
    return next(days for days, names in UNIT_DAYS.items() if unit in names)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
