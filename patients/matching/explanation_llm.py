"""The stage `explain` in freer words, by a language model; the templates stand wherever it fails.

It is given sentences and may only rephrase them: nothing of it is believed that holds a number which is not in
the sentence it was given. What it sees is about providers and the patient's wishes; no name, no finding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any

from patients.language_model import SECONDS, Ask, asking, bare
from patients.matching.case import MatchCase
from patients.matching.engine import Scored
from patients.matching.explanation import Explainer, Explanation, explain

LONGEST_SENTENCE = 300
LONGEST_ANSWER = 4000
"""In tokens."""

INSTRUCTIONS = """You rephrase short sentences about hospitals for a patient, warmly and plainly.
You get a JSON array of objects {"reasons": [sentence, …], "caveat": sentence}. Answer with a JSON array of the
same shape and length, nothing else: every sentence in the language it came in, with every fact and number kept
as it is, and none added. No medical advice, no promise, no markup."""


def explainer(api_key: str) -> Explainer:
    """The explainer of the settings: with a key the language model, otherwise the templates."""
    if not api_key:
        return explain
    return rephrasing(asking(api_key=api_key, instructions=INSTRUCTIONS, longest_answer=LONGEST_ANSWER))


def rephrasing(ask: Ask, *, seconds: float = SECONDS) -> Explainer:
    """Explains by template and has `ask` rephrase it; whatever is late, broken or not faithful stays as it was."""

    def rephrased(case: MatchCase, ranked: Sequence[Scored]) -> tuple[Explanation, ...]:
        given = explain(case, ranked)
        told = _told(ask, given, seconds) if given else []
        if len(told) != len(given):
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


def _told(ask: Ask, given: Sequence[Explanation], seconds: float) -> list[Any]:
    prompt = json.dumps([{"reasons": one.reasons, "caveat": one.caveat} for one in given], ensure_ascii=False)
    answer: Future[str] = _threads().submit(ask, prompt)
    try:
        told = json.loads(bare(answer.result(timeout=seconds)))
    except Exception:
        # Whatever a vendor's library or a model comes up with: a match never fails because of its wording.
        answer.cancel()
        return []
    return told if isinstance(told, list) else []


@cache
def _threads() -> ThreadPoolExecutor:
    # The client's own time limit is per read; only a thread can be left waiting.
    return ThreadPoolExecutor(2, thread_name_prefix="explanation")
