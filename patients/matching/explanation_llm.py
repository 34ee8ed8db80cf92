"""The stage `explain` in freer words, by a language model; the templates stand wherever it fails.

It is given sentences and may only rephrase them: nothing of it is believed that holds a number which is not in
the sentence it was given. What it sees is about providers and the patient's wishes; no name, no finding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any

from patients.matching.case import MatchCase
from patients.matching.engine import Scored
from patients.matching.explanation import Explainer, Explanation, explain

MODEL = "claude-haiku-4-5"
SECONDS = 5.0
"""For all of it, by the clock; a worker thread waits that long."""

LONGEST_SENTENCE = 300
LONGEST_ANSWER = 4000
"""In tokens."""

INSTRUCTIONS = """You rephrase short sentences about hospitals for a patient, warmly and plainly.
You get a JSON array of objects {"reasons": [sentence, …], "caveat": sentence}. Answer with a JSON array of the
same shape and length, nothing else: every sentence in the language it came in, with every fact and number kept
as it is, and none added. No medical advice, no promise, no markup."""

Ask = Callable[[str], str]
"""The prompt → the model's text; may raise anything."""


def explainer(api_key: str) -> Explainer:
    """The explainer of the settings: with a key the language model, otherwise the templates."""
    return rephrasing(_asking(api_key)) if api_key else explain


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
        told = json.loads(_bare(answer.result(timeout=seconds)))
    except Exception:
        # Whatever a vendor's library or a model comes up with: a match never fails because of its wording.
        answer.cancel()
        return []
    return told if isinstance(told, list) else []


def _bare(text: str) -> str:
    """Without the fence that models like to put around JSON."""
    return re.sub(r"^\s*```(?:json)?|```\s*$", "", text)


@cache
def _threads() -> ThreadPoolExecutor:
    # The client's own time limit is per read; only a thread can be left waiting.
    return ThreadPoolExecutor(2, thread_name_prefix="explanation")


def _asking(api_key: str) -> Ask:
    def ask(prompt: str) -> str:
        # Imported here: it takes long, and most installations never need it.
        from anthropic import Anthropic

        with Anthropic(api_key=api_key, timeout=SECONDS, max_retries=0) as client:
            message = client.messages.create(
                model=MODEL,
                max_tokens=LONGEST_ANSWER,
                system=INSTRUCTIONS,
                messages=[{"role": "user", "content": prompt}],
            )
        return "".join(block.text for block in message.content if block.type == "text")

    return ask
