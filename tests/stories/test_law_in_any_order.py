"""The law holds whatever is done, in whatever order: programs of a patient's life, made at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from patients.chat.sweep import answer_unanswered
from patients.documents.faults import Broken, ReaderCrashed
from patients.errors import ConsentMissing
from tests.patients.matching.records import TOLD
from tests.stories.journey import CONSENTS, Journey
from tests.webhooks.analyses import KNEE, METFORMIN, REPLACEMENT, found

PROGRAMS, LONGEST = 30, 10

ENOUGH = {**TOLD, "date_of_birth": "1961-04-12"}
SURER = replace(METFORMIN, confidence=0.99, details={**METFORMIN.details, "dose_value": 500.0})
PAIN = found(KNEE.kind, KNEE.coding.system, "M25.561", "Pain in right knee")

FIELDS: list[dict[str, Any]] = [
    ENOUGH,
    {"country": "US"},
    {"country": None, "preferences": {"destination": "Turkey"}},
    {"preferences": {}, "sex": "female"},
    {"procedure_interest": "A new nose"},
    {"procedure_interest": None, "preferences": {"destination": "India", "budget": "1"}},
]
MESSAGES = [
    "Hello",
    "I have diabetes and mild hypertension, I take metformin 1000 mg twice daily",
    "I take metformin 500 mg twice daily",
    "I need a knee replacement in Turkey within 3 months",
    "I was born on 12 April 1961 and my wife comes with me",
    "I am allergic to penicillin",
    "No",
    "Should I stop taking metformin?",
    "I have chest pain now",
    "find me a hospital",
]
FOUND = [KNEE, METFORMIN, SURER, REPLACEMENT, PAIN]
FINDINGS = st.sets(st.sampled_from(range(len(FOUND)))).map(lambda these: [FOUND[one] for one in sorted(these)])
KINDS = st.sampled_from(["document-parse", "clinical-extract"])

Step = Callable[[Journey], Any]


def swept(message: str) -> Step:
    """A message that a dead server left, and the sweep that answers it."""

    def step(it: Journey) -> None:
        try:
            it.is_left_unanswered(message)
        except ConsentMissing:
            return
        it.has_it_swept()

    return step


def matched_in_vain(it: Journey) -> None:
    """A match that a dead server left, heard of, and the sweep that ends it."""
    try:
        it.is_left_without_a_match()
    except ConsentMissing:
        return
    it.keeps_the_law()
    it.has_its_match_swept()


STEPS: st.SearchStrategy[tuple[str, Step]] = st.one_of(
    st.just(("asks for a match", Journey.asks_for_a_match)),
    st.just(("a match breaks", Journey.asks_for_a_match_that_breaks)),
    st.just(("a match is left", matched_in_vain)),
    st.just(("is quarantined and released", Journey.is_quarantined_and_released)),
    st.just(("uploads", Journey.uploads_a_document)),
    st.just(("uploads and has it read", lambda it: (it.uploads_a_document(), it.has_it_read()))),
    st.sampled_from([None, None, Broken(), ReaderCrashed()]).map(
        lambda fault: (f"has it read: {fault!r}", lambda it: it.has_it_read(fault=fault))
    ),
    FINDINGS.map(lambda these: (f"has it analyzed: {len(these)}", lambda it: it.has_it_analyzed(*these))),
    KINDS.map(lambda kind: (f"loses {kind}", lambda it: it.loses_its_job(kind))),
    KINDS.map(lambda kind: (f"publishes {kind} again", lambda it: it.has_it_published_again(kind))),
    st.sampled_from(MESSAGES).map(lambda text: (f"says {text}", lambda it: it.says(text))),
    st.sampled_from(MESSAGES).map(lambda text: (f"is left with {text}", swept(text))),
    st.sampled_from(FIELDS).map(lambda fields: (f"tells {sorted(fields)}", lambda it: it.tells(**fields))),
    st.tuples(st.booleans(), st.sampled_from(CONSENTS)).map(
        lambda one: (f"decides {one}", lambda it: it.decides(one[0], one[1]))
    ),
)


@pytest.fixture
def begin(http, people, callbacks, monkeypatch):
    """Journeys of people who have consented, and said enough for a match or nothing."""
    answer_unanswered(dead_after_seconds=0)  # what other tests left

    def begun(*, knows: dict[str, Any]) -> Journey:
        journey = Journey(http, people, callbacks, monkeypatch)
        journey.decides(True, *CONSENTS)
        if knows:
            journey.tells(**knows)
        journey.keeps_the_law()
        return journey

    return begun


@pytest.mark.timeout(600)
@settings(
    max_examples=PROGRAMS,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(knows=st.sampled_from([{}, ENOUGH]), program=st.lists(STEPS, min_size=3, max_size=LONGEST))
def test_it_holds_after_every_step_of_any_program(begin, knows, program) -> None:
    journey, done = begin(knows=knows), []
    for name, step in program:
        done.append(name)
        step(journey)
        journey.listener.listen()
        assert (done, journey.listener.knows) == (done, journey.listener.fetched())
