"""Whether somebody needs an ambulance now, and its number; told apart from what happened once.

In doubt it is one: a number too many costs a glance, one too few may cost a life.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from patients.chat import grammar
from patients.chat.wording import clauses, plain, sentences

DATA = Path(__file__).parent / "data" / "emergency.json"
ANYWHERE = "*"


def is_emergency(message: str) -> bool:
    """Whether the message tells of something that is happening now and can't wait for a doctor's appointment."""
    told = [clauses(sentence) for sentence in sentences(plain(message))]
    return any(_is_now(clause, sentence) for sentence in told for clause in sentence) or _has_come_back(told)


def number(country: str) -> str:
    """What to call in the country (two letters); the number of most mobile networks where none is known."""
    return numbers().get(country, numbers()[ANYWHERE])


@cache
def numbers() -> dict[str, str]:
    told: dict[str, str] = json.loads(DATA.read_text(encoding="utf-8"))["numbers"]
    return told


def _is_now(clause: str, sentence: list[str]) -> bool:
    if not _names_symptom(clause):
        return False
    if grammar.says("strong_now", clause):
        return True
    if grammar.says("past", clause):
        return False
    # "I had surgery last year, and I have chest pain": what is over is another clause's.
    return grammar.says("weak_now", clause) or not any(grammar.says("past", other) for other in sentence)


def _has_come_back(told: list[list[str]]) -> bool:
    every = [clause for sentence in told for clause in sentence]
    return any(map(_names_symptom, every)) and any(grammar.says("recurs", clause) for clause in every)


def _names_symptom(clause: str) -> bool:
    if grammar.says("acute", clause):
        return True
    return any(not _denied(clause[: found.start()]) for found in grammar.finds("symptom", clause))


def _denied(before: str) -> bool:
    return any(pattern.search(before) for pattern in _denials())


@cache
def _denials() -> tuple[re.Pattern[str], ...]:
    # Only right before it: "I don't know why I have chest pain" denies nothing.
    return tuple(re.compile(pattern.pattern + r"\s*$") for pattern in grammar.patterns("denied_before"))
