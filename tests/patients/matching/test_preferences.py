"""What patients would like, in their own words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patients.matching.preferences import BUDGET_KEYS, DATE_KEYS, Preferences, preferences_from

TODAY = date(2026, 11, 23)


def understood(**told: Any) -> Preferences:
    return preferences_from(told, today=TODAY)


@pytest.mark.parametrize(
    ("told", "dollars"),
    [
        ("20000 USD", 20000),
        ("up to $15,000", 15000),
        ("15k", 15000),
        ("15 mil dólares", 15000),
        ("10.000 - 12.500 dólares", 12500),
        ("12,500.00", 12500),
        (15000.0, 15000),
        ({"amount": 15000, "currency": "USD"}, 15000),
        ("50,000 AED", 13614),
        ("٢٠٠٠٠ دولار", 20000),
        ("15000 €", None),
        ("as cheap as possible", None),
        (True, None),
        (None, None),
        (10**30, None),
    ],
)
def test_a_budget_is_read_in_dollars(told: Any, dollars: int | None) -> None:
    assert understood(budget=told).budget_usd == dollars


@pytest.mark.parametrize(
    ("told", "wanted", "avoided"),
    [
        ("Turkey or Spain", ("ES", "TR"), ()),
        (["TR", "IN"], ("IN", "TR"), ()),
        ("anywhere but India", (), ("IN",)),
        ("cualquiera menos México", (), ("MX",)),
        ("تركيا أو الإمارات", ("AE", "TR"), ()),
        ("in the sun", (), ()),
        (7, (), ()),
    ],
)
def test_a_destination_names_countries(told: Any, wanted: tuple[str, ...], avoided: tuple[str, ...]) -> None:
    preferences = understood(destination=told)
    assert (preferences.countries, preferences.avoided) == (wanted, avoided)


def test_what_is_avoided_is_not_wanted() -> None:
    preferences = understood(destination="India or Spain", avoid="India")
    assert (preferences.countries, preferences.avoided) == (("ES",), ("IN",))


@pytest.mark.parametrize(
    ("told", "days"),
    [
        ("within 3 months", 90),
        ("6 semanas", 42),
        ("3 أشهر", 90),
        ({"from": "2026-12-01", "to": "2027-01-10"}, 48),
        ("2026-01-01", None),
        ("2026-99-99", None),
        ("soon", None),
    ],
)
def test_a_time_is_read_in_days(told: Any, days: int | None) -> None:
    assert understood(timeframe=told).days == days


def test_languages_and_hours_are_read() -> None:
    preferences = understood(language=["English", "árabe"], max_flight_hours="12")
    assert (preferences.languages, preferences.max_flight_hours) == (("ar", "en"), 12.0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


# Making its tables of characters takes a fresh machine long.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(st.sampled_from([*BUDGET_KEYS, *DATE_KEYS, "destination", "language", "max_flight_hours"]), JSON)
)
def test_whatever_is_told_is_read_without_fault(told: dict[str, Any]) -> None:
    preferences = preferences_from(told, today=TODAY)
    assert preferences.budget_usd is None or 1 <= preferences.budget_usd <= 10_000_000
    assert preferences.days is None or preferences.days >= 0
