"""What a message says of who somebody is, as far as the record lacks it: date of birth, sex, country."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from patients.chat import grammar
from patients.chat.countries import countries_in
from patients.chat.timeframe import MONTHS
from patients.chat.wording import clauses, plain, sentences
from patients.fields import BirthDate

MONTH = "|".join(MONTHS)
ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?!\d)")
DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)? ?(?:of |de |شهر )?({MONTH}|\w{{3}})\.?,? (?:de |del |عام |سنه )?(\d{{4}})"
)
MONTH_FIRST = re.compile(rf"(?<!\w)({MONTH}|\w{{3}})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})")
MONTH_BEFORE_DAY = frozenset({"US"})
DAY_BEFORE_MONTH = frozenset({"es", "ar"})
SEXES = ("female", "male", "other")
BIRTH_DATE: TypeAdapter[date] = TypeAdapter(BirthDate)


def demographics_in(message: str, *, asked: str | None, country: str, locale: str) -> dict[str, Any]:
    """Fields of `Patient`; `country` and `locale` decide which of 04/12/1961 is the month, where that is open."""
    text = plain(message)
    found = {
        "date_of_birth": _born(text, asked=asked == "date_of_birth", country=country, locale=locale),
        "sex": _sex(text, asked=asked == "sex"),
        "country": _country(text, asked=asked == "country"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _born(text: str, *, asked: bool, country: str, locale: str) -> date | None:
    if not (asked or grammar.says("born", text)):
        return None
    told = (_valid(*parts) for parts in _dates(text, country, locale))
    return next((day for day in told if day is not None), None)


def _dates(text: str, country: str, locale: str) -> Iterator[tuple[int, int, int]]:
    for found in ISO.finditer(text):
        yield int(found[1]), int(found[2]), int(found[3])
    for found in DAY_FIRST.finditer(text):
        yield int(found[3]), _month(found[2]), int(found[1])
    for found in MONTH_FIRST.finditer(text):
        yield int(found[3]), _month(found[1]), int(found[2])
    for found in NUMERIC.finditer(text):
        yield from _ordered(int(found[1]), int(found[2]), int(found[3]), country, locale)


def _ordered(one: int, other: int, year: int, country: str, locale: str) -> Iterator[tuple[int, int, int]]:
    """Nothing when it can't be told which is the month: a wrong date of birth is worse than none."""
    if one > 12 or one == other:
        yield year, other, one
    elif other > 12 or country in MONTH_BEFORE_DAY:
        yield year, one, other
    elif country or locale in DAY_BEFORE_MONTH:
        yield year, other, one


def _month(written: str) -> int:
    """1-12; 0 for what is no month. Three letters are enough."""
    names = [month.split("|") for month in MONTHS]
    return next(
        (at for at, of in enumerate(names, 1) if any(written in (name, name[:3]) for name in of)),
        0,
    )


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return BIRTH_DATE.validate_python(f"{year:04}-{month:02}-{day:02}")
    except ValidationError:
        return None


def _sex(text: str, *, asked: bool) -> str | None:
    if asked:
        return next((sex for sex in SEXES if grammar.says(f"{sex}_word", text)), None)
    return next((sex for sex in SEXES[:2] if grammar.says(sex, text)), None)


def _country(text: str, *, asked: bool) -> str | None:
    for clause in (clause for sentence in sentences(text) for clause in clauses(sentence)):
        home = grammar.find("home", clause)
        # "I want to go to Spain" is no answer to where somebody lives.
        if home or (asked and not grammar.says("travel", clause)):
            named = [country for country in countries_in(clause) if not home or country.start >= home.start()]
            if named:
                return named[0].code
    return None
