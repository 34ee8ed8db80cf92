"""Who is found, who is left out, and who comes first."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.matching import factors
from patients.matching.catalogue import Catalogue, catalogue
from patients.matching.engine import retrieve, score, screen
from patients.matching.preferences import Preferences
from patients.matching.procedures import procedures
from patients.matching.similarity import similarities
from tests.patients.matching.cases import COUNTRY, OFFER, case, offering, provider, ranked


def test_candidates_are_those_of_the_procedures_family() -> None:
    found = {one.id for one in retrieve(case(), catalogue())}
    assert found == {one.id for one in catalogue().providers if {"27447", "27446", "29881"} & one.procedures.keys()}
    assert retrieve(case(procedures=()), catalogue()) == ()


def test_who_does_not_offer_the_procedure_is_left_out() -> None:
    partial = provider("prv-b", procedures={"27446": OFFER})
    assert screen(case(), [provider(), partial]) == ((provider(),), {"prv-b": "procedure"})
    assert screen(case(procedures=("27447", "27446")), [provider(), partial]).kept == ()


def test_who_is_not_accredited_is_left_out() -> None:
    office = provider("prv-b", accreditations=("ISO 9001",))
    national = provider("prv-c", accreditations=("NABH",))
    assert screen(case(), [office, national]) == ((national,), {"prv-b": "accreditation"})


def test_who_the_patient_can_not_travel_to_is_left_out() -> None:
    assert screen(case(country="AE"), [provider()]) == ((), {"prv-a": "visa"})
    assert screen(case(country="GB"), [provider()]).kept == (provider(),)
    assert screen(case(country=None), [provider()]).kept == (provider(),)


def test_no_obstacle_is_left_in_the_catalogue() -> None:
    for country in ("US", "GB", "AE", "FR"):
        for code in procedures():
            of = case(country=country, procedures=(code,))
            for one in screen(of, retrieve(of, catalogue())).kept:
                assert code in one.procedures
                assert factors.RECOGNISED & set(one.accreditations)
                assert one.visa(country) != "closed"


def test_fourteen_and_more_are_left_for_a_knee_from_each_home_country() -> None:
    left = {
        of: len(screen(case(country=of), retrieve(case(country=of), catalogue())).kept) for of in ("US", "GB", "AE")
    }
    assert min(left.values()) >= 14


def test_the_best_comes_first_and_equals_by_their_ids() -> None:
    order = ranked(case(), offering("prv-c"), offering("prv-b"), offering("prv-a", success_rate=0.91))
    assert [one.provider.id for one in order] == ["prv-b", "prv-c", "prv-a"]
    assert order[0].score == order[1].score > order[2].score


def test_the_score_is_the_weighted_sum_of_the_factors() -> None:
    for one in score(case(), screen(case(), retrieve(case(), catalogue())).kept):
        assert one.factors.keys() == factors.WEIGHTS.keys()
        assert all(0 <= value <= 1 for value in one.factors.values())
        assert one.score == round(sum(factors.WEIGHTS[name] * value for name, value in one.factors.items()), 4)


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_catalogue_does_not_matter(draw: random.Random) -> None:
    shuffled = draw.sample(catalogue().providers, k=len(catalogue().providers))
    mixed = Catalogue(tuple(shuffled), catalogue().countries)
    scores = [score(case(), screen(case(), retrieve(case(), one)).kept) for one in (catalogue(), mixed)]
    assert scores[0] == scores[1]


@given(budget=st.integers(1, 40_000), more=st.integers(0, 40_000))
def test_a_larger_budget_never_lowers_anybodys_score(budget: int, more: int) -> None:
    def scores(of: int) -> dict[str, float]:
        wanted = case(preferences=Preferences(budget_usd=of))
        return {one.provider.id: one.score for one in score(wanted, retrieve(wanted, catalogue()))}

    smaller, larger = scores(budget), scores(budget + more)
    assert smaller.keys() == larger.keys()
    assert all(smaller[id] <= larger[id] for id in smaller)


def test_the_nearer_in_words_is_the_better_semantic_match() -> None:
    of = case(findings=("Osteoarthritis of the knee",))
    near = provider("prv-a", specialities="knee osteoarthritis, joint replacement")
    far = provider("prv-b", specialities="cosmetic dentistry")
    first, second = ranked(of, near, far)
    assert first.factors["semantic_match"] > 0.5
    assert second.factors["semantic_match"] == 0


def test_likeness_is_a_cosine() -> None:
    assert similarities("knees", ["knee", "hip"]) == pytest.approx([1.0, 0.0])
    assert similarities("", ["knee", ""]) == [0.0, 0.0]
    assert similarities("knee", []) == []


def test_a_country_of_ones_own_needs_no_visa() -> None:
    closed = replace(COUNTRY, visa={"*": "closed"})
    home = provider(country=closed, visa_rules=closed.visa)
    assert screen(case(country="TR"), [home]).kept == (home,)
