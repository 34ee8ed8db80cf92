"""Why a provider, and one thing against it, in the patient's language and never more than is so."""

from __future__ import annotations

import re
import string
from typing import Any

import pytest

from patients.matching.case import MatchCase
from patients.matching.explanation import explain
from patients.matching.phrases import LOCALES, number, phrases
from patients.matching.preferences import Preferences
from tests.patients.matching.cases import case, offering, provider, ranked


def explained(of: MatchCase, one: Any) -> Any:
    return explain(of, ranked(of, one))[0]


def test_the_reasons_are_the_factors_that_contribute_most() -> None:
    of = case(preferences=Preferences(budget_usd=12000))
    assert explained(of, offering(annual_volume=900, success_rate=0.98, complication_rate=0.01)).reasons == (
        "It performs this procedure about 900 times a year.",
        "98% of its procedures of this kind are recorded as successful, with complications in 1%.",
        "The price range of USD 8,000 to 10,000 is within your budget.",
    )


@pytest.mark.parametrize(
    ("locale", "beginning"),
    [
        ("en", "It performs this procedure about 1,900 times"),
        ("es", "Realiza esta intervención unas 1.900 veces"),
        ("ar", "يجري هذه العملية نحو 1,900 مرة"),
        ("hi", "It performs this procedure about 1,900 times"),
    ],
)
def test_reasons_are_in_the_patients_language_or_in_english(locale: str, beginning: str) -> None:
    assert explained(case(locale=locale), offering(annual_volume=1900)).reasons[0].startswith(beginning)


@pytest.mark.parametrize(
    ("facts", "one", "caveat"),
    [
        ({"conditions": ("I25.1",)}, provider(), "It does not list a department for everything in your record"),
        ({"preferences": Preferences(budget_usd=8500)}, provider(), "Its price range of USD 8,000 to 10,000 may go"),
        ({"preferences": Preferences(avoided=("TR",))}, provider(), "It is in Turkey, which you would rather avoid."),
        ({}, provider(accreditations=("NABH",)), "It does not hold the international JCI accreditation"),
        ({}, provider(flight_hours={"US": 25.0}, wait_days=300), "The journey takes effort: about 25 hours by plane"),
    ],
)
def test_the_caveat_is_what_costs_most(facts: dict[str, Any], one: Any, caveat: str) -> None:
    of = case(findings=("joint replacement knee",), **facts)
    if "budget" in caveat or "price" in caveat:
        assert explained_among_dearer(of, one).caveat.startswith(caveat)
    else:
        assert explained(of, one).caveat.startswith(caveat)


def explained_among_dearer(of: MatchCase, one: Any) -> Any:
    cheaper = offering("prv-z", price_low=1000, price_high=2000)
    scored = ranked(of, one, cheaper)
    return next(why for place, why in zip(scored, explain(of, scored), strict=True) if place.provider.id == one.id)


def test_a_factor_is_not_both_reason_and_caveat() -> None:
    why = explained(case(), offering(annual_volume=450))
    assert why.reasons[0].startswith("It performs this procedure about 450 times")
    assert "450" not in why.caveat


def test_what_is_not_good_is_no_reason() -> None:
    poor = provider(accreditations=("NABH",), languages=("th",), flight_hours={"US": 30.0}, wait_days=200)
    assert not any("accredited" in reason or "hours" in reason for reason in explained(case(), poor).reasons)


@pytest.mark.parametrize(
    ("value", "locale", "text"),
    [(1140, "en", "1,140"), (1140, "es", "1.140"), (97.3, "es", "97,3"), (2.0, "ar", "2"), (0.5, "en", "0.5")],
)
def test_numbers_are_written_as_the_locale_does(value: float, locale: str, text: str) -> None:
    assert number(value, locale) == text


def test_every_phrase_says_the_same_in_every_language() -> None:
    for kind, names in phrases().items():
        for name, of in names.items():
            assert set(of) == set(LOCALES), (kind, name)
            assert len({frozenset(_placeholders(text)) for text in of.values()}) == 1, (kind, name)


def test_no_arabic_sentence_is_left_in_english() -> None:
    for names in phrases().values():
        for of in names.values():
            words = re.findall(r"[A-Za-z]+", re.sub(r"\{\w+\}", "", of["ar"]))
            assert set(words) <= {"JCI", "Curaway"}, of["ar"]


def _placeholders(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name]
