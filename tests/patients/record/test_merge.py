"""What a source says joins what is known: updated, believed, contested, and never lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.clinical.findings import Kind
from patients.record.merge import Merged, arranged, merge
from patients.record.statements import Origin, Statement

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
METFORMIN, KNEE = ("6809", Kind.MEDICATION), ("M17.11", Kind.CONDITION)
IDS = count()
REPORT, LETTER = Origin("document", "doc_report"), Origin("document", "doc_letter")


def says(origin, about=METFORMIN, *, minutes=0, confidence=0.9, **details):
    code, kind = about
    return Statement(
        id=f"fhir-{next(IDS)}",
        kind=kind,
        code_system="system",
        code=code,
        display=code,
        details=details,
        origin=origin,
        confidence=confidence,
        recorded_at=NOW + timedelta(minutes=minutes),
    )


def chat(message=1, **said):
    return says(Origin("chat", f"msg_{message}"), minutes=message, **said)


def kept(known, *batches):
    """What is kept after each batch was told, and what the last of them came to."""
    live, merged = list(known), Merged((), {}, {}, ())
    for told in batches:
        merged = merge(live, told)
        live = [one for one in (*live, *merged.added) if one.id not in merged.superseded]
    return live, merged


def shown(live):
    places = arranged(live)
    return [one for one in live if places[one.id].canonical]


def contested(live):
    return {id: place.conflict_with for id, place in arranged(live).items() if place.conflict_with}


def test_the_same_voice_later_replaces_what_it_said():
    before, now = chat(1, dose_value=500), chat(2, dose_value=1000)
    live, merged = kept([], [before], [now])
    assert (live, merged.superseded, merged.conflicts) == ([now], {before.id: now.id}, ())


def test_what_was_said_before_is_nothing_new():
    live, merged = kept([], [chat(1, dose_value=500, status="active")], [chat(2, status="active")])
    assert (len(live), merged.added) == (1, ())


def test_a_document_does_not_replace_another():
    report, letter = says(REPORT, dose_value=500), says(LETTER, dose_value=1000, confidence=0.95)
    live, merged = kept([], [report], [letter])
    assert (live, shown(live)) == ([report, letter], [letter])
    assert [(conflict.kept, conflict.other) for conflict in merged.conflicts] == [(letter, report)]


def test_of_equally_sure_documents_the_later_is_shown():
    report, letter = says(REPORT, KNEE), says(LETTER, KNEE, minutes=1)
    assert shown([letter, report]) == [letter]


@pytest.mark.parametrize(
    ("stronger", "weaker"), [("structured", "document"), ("document", "chat"), ("chat", "self_report")]
)
def test_the_better_source_is_shown_however_sure_the_other_is(stronger, weaker):
    strong, weak = says(Origin(stronger, "1"), confidence=0.5), says(Origin(weaker, "2"), confidence=1.0, minutes=9)
    live, _ = kept([], [strong], [weak])
    assert (live, shown(live)) == ([strong, weak], [strong])


def test_two_sources_that_agree_are_no_conflict():
    live, merged = kept([], [says(REPORT, dose_value=500)], [chat(dose_value=500, frequency="at night")])
    assert (len(live), merged.conflicts, contested(live)) == (2, (), {})


@pytest.mark.parametrize(
    ("about", "one", "other"),
    [
        (METFORMIN, {"dose_value": 500, "dose_unit": "mg"}, {"dose_value": 0.5, "dose_unit": "g"}),
        (KNEE, {"severity": "mild"}, {"severity": "severe"}),
        (("4548-4", Kind.OBSERVATION), {"value": 7.1, "effective": "2025"}, {"value": 6.0, "effective": "2026"}),
        (("27447", Kind.PROCEDURE), {"status": "completed"}, {"status": "preparation"}),
        (("S83.2", Kind.CONDITION), {"laterality": "left"}, {"laterality": "right"}),
    ],
)
def test_what_can_both_be_true_is_no_conflict(about, one, other):
    assert contested([says(REPORT, about, **one), says(LETTER, about, **other)]) == {}


@pytest.mark.parametrize(
    ("about", "one", "other"),
    [
        (METFORMIN, {"status": "active"}, {"status": "stopped"}),
        (KNEE, {"status": "active"}, {"status": "inactive"}),
        (("70618", Kind.ALLERGY), {"severity": "mild"}, {"severity": "severe"}),
        (("4548-4", Kind.OBSERVATION), {"value": 7.1, "unit": "%"}, {"value": 6.0, "unit": "%"}),
    ],
)
def test_what_can_not_both_be_true_is_a_conflict(about, one, other):
    assert len(contested([says(REPORT, about, **one), says(LETTER, about, **other)])) == 1


def test_a_conflict_is_told_once():
    report, words = says(REPORT, dose_value=500), chat(1, dose_value=1000)
    live, merged = kept([], [report], [words], [says(LETTER, KNEE)])
    assert (merged.conflicts, contested(live)) == ((), {words.id: report.id})


def test_a_conflict_ends_when_the_weaker_source_gives_in():
    live, _ = kept([], [says(REPORT, dose_value=500)], [chat(1, dose_value=1000)], [chat(2, dose_value=500)])
    assert contested(live) == {}


def test_a_document_that_says_two_things_of_one_has_both_shown():
    morning, evening = says(REPORT, dose_value=500), says(REPORT, dose_value=1000)
    live, merged = kept([], [morning, evening], [chat(1, dose_value=1000)])
    assert (shown(live), merged.conflicts) == ([morning, evening], ())


def test_both_sides_are_shown_and_who_names_none_speaks_of_the_one_that_is_named():
    torn = ("S83.2", Kind.CONDITION)
    left, right, plain = (
        says(REPORT, torn, laterality="left"),
        says(LETTER, torn, laterality="right"),
        chat(about=torn),
    )
    assert shown([left, plain]) == [left]
    assert shown([left, right, plain]) == [left, right]


ORIGINS = [
    *(Origin("structured", name) for name in ("a", "b")),
    *(Origin("document", name) for name in ("c", "d", "e")),
    Origin("chat", "f"),
    Origin("self_report", "g"),
]
statements = st.builds(
    says,
    st.sampled_from(ORIGINS),
    st.sampled_from([METFORMIN, KNEE, ("S83.2", Kind.CONDITION)]),
    minutes=st.integers(0, 3),
    confidence=st.sampled_from([0.6, 0.8, 0.95]),
    status=st.sampled_from(["active", "inactive"]),
    laterality=st.sampled_from(["", "left", "right"]),
)
batches = st.lists(statements, max_size=6, unique_by=lambda one: (one.origin.voice, one.subject))


@given(batches, st.randoms())
def test_different_sources_lead_to_the_same_record_in_any_order(told, random):
    shuffled = random.sample(told, len(told))
    one, _ = kept([], *([statement] for statement in told))
    other, _ = kept([], *([statement] for statement in shuffled))
    assert arranged(one) == arranged(other)


@given(batches)
def test_telling_the_same_again_changes_nothing(told):
    live, _ = kept([], *([statement] for statement in told))
    for statement in told:
        again = says(statement.origin, (statement.code, statement.kind), minutes=9, **statement.details)
        merged = merge(live, [again])
        assert (merged.added, merged.superseded, merged.places, merged.conflicts) == ((), {}, arranged(live), ())


@given(st.lists(statements, max_size=8))
def test_each_thing_that_is_known_is_shown_and_contested_by_what_is_not(told):
    live, _ = kept([], *([statement] for statement in told))
    places = arranged(live)
    assert {one.subject for one in live} == {one.subject for one in shown(live)}
    assert all(
        places[place.conflict_with].canonical and not place.canonical
        for place in places.values()
        if place.conflict_with
    )
