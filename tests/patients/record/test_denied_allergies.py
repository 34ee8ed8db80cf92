"""That no allergy is known, beside the allergies that sources name: never shown together, never lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from patients.clinical.findings import ICD10CM, RXNORM, SNOMED, Kind
from patients.record.merge import merge
from patients.record.statements import Origin, Statement

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
NONE, NO_DRUG = (SNOMED, "716186003"), (SNOMED, "409137002")
PENICILLIN, LATEX = (RXNORM, "70618"), (ICD10CM, "Z91.040")


def allergy(id, code, *, source="document", source_id="one", minutes=0):
    system, number = code
    return Statement(
        id=id,
        kind=Kind.ALLERGY,
        code_system=system,
        code=number,
        display=id,
        details={"status": "active"},
        origin=Origin(source, source_id),
        confidence=0.95,
        recorded_at=NOON + timedelta(minutes=minutes),
    )


def shown(merged):
    return {id for id, place in merged.places.items() if place.canonical}


def test_alone_it_is_shown():
    assert shown(merge([], [allergy("none", NONE)])) == {"none"}


def test_the_same_voice_s_later_allergy_replaces_it():
    none = allergy("none", NONE, source="chat", source_id="first")
    merged = merge([none], [allergy("penicillin", PENICILLIN, source="chat", source_id="second", minutes=1)])
    assert (merged.superseded, shown(merged), merged.conflicts) == ({"none": "penicillin"}, {"penicillin"}, ())


@pytest.mark.parametrize("order", [("none", "penicillin"), ("penicillin", "none")])
def test_different_sources_conflict_and_the_allergy_is_shown_whoever_tells_it(order):
    told = {
        "none": allergy("none", NONE, source="document"),
        "penicillin": allergy("penicillin", PENICILLIN, source="chat", source_id="m"),
    }
    first, second = (told[name] for name in order)
    merged = merge([first], [second])
    assert shown(merged) == {"penicillin"}
    assert [(one.kept.id, one.other.id) for one in merged.conflicts] == [("penicillin", "none")]
    assert merge([first, second], [second]).conflicts == ()


def test_an_allergy_told_before_is_not_taken_back_by_a_later_none():
    told = allergy("penicillin", PENICILLIN, source="chat", source_id="first")
    merged = merge([told], [allergy("none", NONE, source="chat", source_id="second", minutes=1)])
    assert (merged.superseded, shown(merged)) == ({}, {"penicillin"})
    assert merged.places["none"].conflict_with == "penicillin"


def test_no_drug_allergy_and_latex_are_both_true():
    merged = merge([allergy("none", NO_DRUG)], [allergy("latex", LATEX, source_id="two")])
    assert (shown(merged), merged.conflicts) == ({"none", "latex"}, ())


def test_no_drug_allergy_and_penicillin_are_not():
    merged = merge([allergy("none", NO_DRUG)], [allergy("penicillin", PENICILLIN, source_id="two")])
    assert (shown(merged), len(merged.conflicts)) == ({"penicillin"}, 1)
