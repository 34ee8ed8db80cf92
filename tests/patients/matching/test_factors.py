"""Each factor is 0-1 and moves the way its name says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.matching import factors
from patients.matching.preferences import Preferences
from tests.patients.matching.cases import OFFER, case, offering, provider

DOLLARS = st.integers(1, 100_000)
RATE = st.floats(0, 1)


def wishing(**wishes: Any) -> Any:
    return case(preferences=Preferences(**wishes))


def test_the_weights_sum_to_one() -> None:
    assert sum(factors.WEIGHTS.values()) == pytest.approx(1)
    assert factors.total(dict.fromkeys(factors.WEIGHTS, 1.0)) == 1.0
    assert factors.total(dict.fromkeys(factors.WEIGHTS, 0.0)) == 0.0


@given(low=DOLLARS, span=st.integers(0, 50_000), budget=DOLLARS, more=st.integers(0, 50_000))
def test_a_larger_budget_never_lowers_the_cost_score(low: int, span: int, budget: int, more: int) -> None:
    offer = replace(OFFER, price_low=low, price_high=low + span)
    market = {"cheapest": min(offer.price, 9000), "dearest": max(offer.price, 20000)}
    smaller, larger = (factors.cost_score(offer, budget=of, **market) for of in (budget, budget + more))
    assert 0 <= smaller <= larger <= 1


@given(low=DOLLARS, less=st.integers(0, 50_000), budget=st.none() | DOLLARS)
def test_a_lower_price_never_lowers_the_cost_score(low: int, less: int, budget: int | None) -> None:
    dear = replace(OFFER, price_low=low, price_high=low + 3000)
    cheap = replace(OFFER, price_low=max(0, low - less), price_high=max(0, low - less) + 3000)
    scores = [factors.cost_score(one, budget=budget, cheapest=0, dearest=150_000) for one in (dear, cheap)]
    assert scores[0] <= scores[1]


@given(success=RATE, complications=RATE, better=RATE)
def test_better_outcomes_never_lower_the_outcome_score(success: float, complications: float, better: float) -> None:
    def scored(success: float, complications: float) -> float:
        offer = replace(OFFER, success_rate=success, complication_rate=complications)
        return factors.outcome_score(case(), offer)

    now = scored(success, complications)
    assert 0 <= now <= 1
    assert now <= scored(max(success, better), complications)
    assert now <= scored(success, min(complications, better))


@given(volume=st.integers(0, 5000), more=st.integers(0, 5000))
def test_more_experience_never_lowers_the_clinical_relevance(volume: int, more: int) -> None:
    few, many = (offering(annual_volume=number) for number in (volume, volume + more))
    scores = [factors.clinical_relevance(case(), one, one.procedures["27447"]) for one in (few, many)]
    assert 0 <= scores[0] <= scores[1] <= 1


def test_a_department_that_the_record_calls_for_counts() -> None:
    here, heart = provider(), provider(departments=frozenset({"orthopaedics", "cardiology"}))
    with_heart_disease = case(conditions=("M17.11", "I25.10"))
    assert factors.missing_departments(with_heart_disease, here) == {"cardiology"}
    assert factors.clinical_relevance(with_heart_disease, here, OFFER) == pytest.approx(0.5)
    assert factors.clinical_relevance(with_heart_disease, heart, OFFER) == pytest.approx(0.7)
    assert factors.needed_departments(case(age=64)) == set()
    assert factors.needed_departments(case(age=65)) == {"internal_medicine"}


def test_the_budget_counts_by_the_share_of_the_price_that_it_covers() -> None:
    market = {"cheapest": 9000, "dearest": 9000}
    budgets = {8000: 0.5, 9000: 0.75, 10000: 1.0, None: 1.0}
    assert {of: factors.cost_score(OFFER, budget=of, **market) for of in budgets} == budgets


@given(hours=st.floats(0, 40), less=st.floats(0, 40), wait=st.integers(0, 400))
def test_a_shorter_flight_never_lowers_the_travel_score(hours: float, less: float, wait: int) -> None:
    far, near = (provider(flight_hours={"US": of}, wait_days=wait) for of in (hours, max(0.0, hours - less)))
    scores = [factors.travel_logistics(case(), one) for one in (far, near)]
    assert 0 <= scores[0] <= scores[1] <= 1


def test_travel_is_nearness_entry_and_date() -> None:
    assert factors.travel_logistics(case(), provider()) == pytest.approx(0.25 + 0.3 + 0.2 * 2 / 3)
    assert factors.travel_logistics(case(country="TR"), provider()) == pytest.approx(0.5 + 0.3 + 0.2 * 2 / 3)
    assert factors.travel_logistics(case(country=None), provider()) == pytest.approx(0.25 + 0.15 + 0.2 * 2 / 3)
    too_far = wishing(max_flight_hours=9.0)
    assert factors.travel_logistics(too_far, provider()) == pytest.approx(0.3 + 0.2 * 2 / 3)


@pytest.mark.parametrize(
    ("held", "score"),
    [((), 0.0), (("ISO 9001",), 0.1), (("NABH",), 0.2), (("JCI",), 0.7), (("JCI", "NABH", "ISO 9001"), 1.0)],
)
def test_accreditations_add_up(held: tuple[str, ...], score: float) -> None:
    assert factors.accreditation(provider(accreditations=held)) == score


@pytest.mark.parametrize(
    ("wishes", "score"),
    [
        ({}, 1.0),
        ({"languages": ("ar",)}, 0.0),
        ({"countries": ("TR",)}, 1.0),
        ({"countries": ("ES",)}, 0.5),
        ({"countries": ("ES",), "days": 30}, 2 / 3),
        ({"days": 29}, 0.5),
        ({"avoided": ("TR",)}, 0.0),
    ],
)
def test_preferences_are_the_mean_of_what_was_told(wishes: dict[str, Any], score: float) -> None:
    assert factors.patient_preferences(wishing(**wishes), provider()) == pytest.approx(score)
