"""The catalogue is large enough to choose from, and says that it is invented."""

from __future__ import annotations

import json

from patients.matching.catalogue import DATA, catalogue
from patients.matching.phrases import LOCALES
from patients.matching.procedures import procedures


def test_there_are_42_providers_in_8_countries_and_25_for_a_total_knee_replacement() -> None:
    providers = catalogue().providers
    assert (len(providers), len({one.country.code for one in providers})) == (42, 8)
    assert {"IN", "TR", "TH", "ES"} < set(catalogue().countries)
    assert sum("27447" in one.procedures for one in providers) == 25


def test_the_file_says_that_it_is_invented() -> None:
    assert json.loads(DATA.read_text())["invented"] is True


def test_ids_are_unique_and_in_order() -> None:
    ids = [one.id for one in catalogue().providers]
    assert ids == sorted(set(ids))


def test_every_offer_is_of_a_known_procedure_and_makes_sense() -> None:
    for one in catalogue().providers:
        assert one.procedures.keys() <= procedures().keys()
        for offer in one.procedures.values():
            assert 0 < offer.price_low < offer.price_high
            assert 0 < offer.complication_rate < 0.05 < offer.success_rate < 1
            assert offer.annual_volume > 0


def test_every_provider_can_be_reached_from_where_patients_come_from() -> None:
    for one in catalogue().providers:
        assert one.flight_hours.keys() == {"US", "GB", "AE"}
        assert one.visa("ZZ") is not None
        assert set(one.country.names) == set(LOCALES)


def test_nobody_needs_a_visa_at_home() -> None:
    dubai = next(one for one in catalogue().providers if one.country.code == "AE")
    assert (dubai.visa("AE"), dubai.hours("AE"), dubai.visa(None), dubai.hours(None)) == ("none", 0.0, None, None)


def test_procedures_together_cost_the_sum_and_count_as_the_weakest() -> None:
    one = next(one for one in catalogue().providers if {"27447", "27130"} <= one.procedures.keys())
    knee, hip, both = one.procedures["27447"], one.procedures["27130"], one.offer(("27447", "27130"))
    assert both is not None
    assert both.price_low == knee.price_low + hip.price_low
    assert both.success_rate == min(knee.success_rate, hip.success_rate)
    assert both.complication_rate == max(knee.complication_rate, hip.complication_rate)
