"""The language model may choose its words, not its facts; and never holds a match up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from patients.matching.explanation import explain
from patients.matching.explanation_llm import as_given, numbers, reworded, rewording
from tests.patients.matching.cases import case, offering, ranked

CASE = case()
RANKED = ranked(CASE, offering("prv-a", annual_volume=900), offering("prv-b", annual_volume=800))
GIVEN = explain(CASE, RANKED)


def answered(change: Callable[[list[dict[str, Any]]], Any]) -> Any:
    """The explanations when the model answers with what `change` makes of its prompt."""

    async def ask(prompt: str) -> str:
        told = json.loads(prompt)
        return json.dumps(change(told) or told)

    return asyncio.run(reworded(ask)(GIVEN))


def test_other_words_for_the_same_facts_are_taken() -> None:
    def change(told: list[dict[str, Any]]) -> None:
        told[0]["reasons"][0] = "A busy place: about 900 of these a year."

    told = answered(change)
    assert told[0].reasons == ("A busy place: about 900 of these a year.", *GIVEN[0].reasons[1:])
    assert told[1] == GIVEN[1]


@pytest.mark.parametrize(
    "sentence",
    ["About 901 a year.", "About ٩٠١ a year.", "900 a year, 99% satisfied.", "", " ", "x" * 301, 900, None],
)
def test_a_number_that_was_not_given_is_not_believed(sentence: Any) -> None:
    def change(told: list[dict[str, Any]]) -> None:
        told[0]["reasons"][0] = sentence
        told[1]["reasons"][0] = "About 800, and that is a lot."

    told = answered(change)
    assert told[0] == GIVEN[0]
    assert told[1].reasons[0] == "About 800, and that is a lot."


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told[:1],
        lambda told: {"answer": told},
        lambda told: [None, 7],
        lambda told: [{"reasons": []}, {"caveat": "x"}],
        lambda told: "no",
    ],
)
def test_an_answer_of_another_shape_is_not_taken(change: Callable[[Any], Any]) -> None:
    assert answered(change) == GIVEN


def told_by(answer: Callable[[str], str], given: Any = GIVEN) -> Any:
    """The explanations when the model answers its prompt with `answer`."""

    async def ask(prompt: str) -> str:
        return answer(prompt)

    return asyncio.run(reworded(ask)(given))


def test_a_fence_around_the_answer_is_no_fault() -> None:
    assert told_by(lambda prompt: f"```json\n{prompt}\n```") == GIVEN


def test_a_model_that_fails_costs_nothing() -> None:
    assert told_by(lambda _: 1 / 0) == GIVEN  # type: ignore[arg-type, return-value]
    assert told_by(lambda _: "I am sorry") == GIVEN


def test_a_model_that_hangs_costs_its_time_limit() -> None:
    async def never(_: str) -> str:
        await asyncio.Event().wait()
        raise AssertionError

    assert asyncio.run(reworded(never, seconds=0.1)(GIVEN)) == GIVEN


def test_nothing_of_the_patient_is_told_but_sentences_about_providers() -> None:
    prompts: list[str] = []
    of = case(findings=("Hidden finding",), conditions=("M17.11",), wish="hidden wish")
    told_by(lambda prompt: prompts.append(prompt) or prompt, explain(of, RANKED))
    assert "idden" not in prompts[0]
    assert "M17" not in prompts[0]


def test_without_a_key_or_without_providers_nobody_is_asked() -> None:
    assert rewording("") is as_given
    assert asyncio.run(as_given(GIVEN)) is GIVEN
    assert told_by(lambda _: pytest.fail("asked"), ()) == ()


def test_numbers_are_compared_as_they_are_written() -> None:
    assert numbers("USD 8,000 to 10,000, 97.3%.") == {"8,000", "10,000", "97.3"}
    assert numbers("٩٧") == {"97"}
