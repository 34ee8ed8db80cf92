"""The stage `explain` in freer words, by a language model; the templates stand wherever it fails.

It is given sentences and may only rephrase them: nothing of it is believed that holds a number which is not in
the sentence it was given. What it sees is about providers and the patient's wishes; no name, no finding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from patients.language_model import SECONDS, Ask, answered, asking
from patients.matching.explanation import Explanation

Rewording = Callable[[tuple[Explanation, ...]], Awaitable[tuple[Explanation, ...]]]
"""Explanations → the same in other words, or as they are. Never raises."""

LONGEST_SENTENCE = 300
LONGEST_ANSWER = 4000
"""In tokens."""

INSTRUCTIONS = """You rephrase short sentences about hospitals for a patient, warmly and plainly.
You get a JSON array of objects {"reasons": [sentence, …], "caveat": sentence}. Answer with a JSON array of the
same shape and length, nothing else: every sentence in the language it came in, with every fact and number kept
as it is, and none added. No medical advice, no promise, no markup."""


def rewording(api_key: str) -> Rewording:
    """The rewording of the settings: with a key the language model's, otherwise none."""
    if not api_key:
        return as_given
    return reworded(asking(api_key=api_key, instructions=INSTRUCTIONS, longest_answer=LONGEST_ANSWER))


async def as_given(given: tuple[Explanation, ...]) -> tuple[Explanation, ...]:
    """The same words."""
    return given


def reworded(ask: Ask, *, seconds: float = SECONDS) -> Rewording:
    """Has `ask` rephrase what the templates say; whatever is late, broken or not faithful stays as it was."""

    async def rephrased(given: tuple[Explanation, ...]) -> tuple[Explanation, ...]:
        told = await answered(ask, _prompt(given), seconds=seconds) if given else None
        if not isinstance(told, list) or len(told) != len(given):
            return given
        return tuple(faithful(one, other) or one for one, other in zip(given, told, strict=True))

    return rephrased


def faithful(given: Explanation, told: Any) -> Explanation | None:
    """What was told, if it says the same: as many sentences, each with no number but those it was given."""
    if not isinstance(told, dict) or not isinstance(told.get("reasons"), list):
        return None
    sentences = [*told["reasons"], told.get("caveat")]
    sources = [*given.reasons, given.caveat]
    if len(sentences) != len(sources) or not all(map(_keeps_to, sources, sentences)):
        return None
    return Explanation(tuple(sentences[:-1]), sentences[-1])


def _keeps_to(source: str, sentence: Any) -> bool:
    if not isinstance(sentence, str) or not 0 < len(sentence.strip()) <= LONGEST_SENTENCE:
        return False
    return numbers(sentence) <= numbers(source)


def numbers(text: str) -> set[str]:
    """Every number in it, in Western digits, as it is written otherwise."""
    western = "".join(str(int(char)) if char.isdecimal() else char for char in text)
    return {found.rstrip(".,") for found in re.findall(r"\d[\d.,]*", western)}


def _prompt(given: Sequence[Explanation]) -> str:
    return json.dumps([{"reasons": one.reasons, "caveat": one.caveat} for one in given], ensure_ascii=False)
