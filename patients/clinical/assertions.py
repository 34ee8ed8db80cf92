"""How a sentence means what it mentions: denied, a relative's, over, suspected, stopped, planned, or so.

After ConText (Harkema et al. 2009): trigger phrases before or after a mention, a scope of so many words that certain
words end, and phrases that only look like triggers.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from patients.clinical.findings import Assertion, Kind
from patients.clinical.words import Word, split

DATA = Path(__file__).parent / "data" / "triggers.json"
ANSWERED_NO = re.compile(
    r"\s*[:?=\-]\s*(?:no|none|nil|denied|denies|negative|absent|niega|negativo|yok|لا)\b(?!\s+\w+\s+of)"
)
QUESTIONED = re.compile(r"\?\s?$")
STRENGTH = (
    Assertion.FAMILY,
    Assertion.NEGATED,
    Assertion.STOPPED,
    Assertion.PLANNED,
    Assertion.UNCERTAIN,
    Assertion.HISTORICAL,
)
"""Of several that reach a mention, the first holds."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a phrase does; `assertion` is None for a phrase that ends the reach of others, or only looks like one."""

    words: tuple[str, ...]
    assertion: Assertion | None
    side: str
    window: int
    kinds: frozenset[str]
    soft: bool = False
    """A history that is over only of what passes: "history of" a stroke, not of diabetes."""
    ends_reach: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """A trigger where it stands: the places of its words in the text."""

    trigger: Trigger
    first: int
    last: int


@cache
def triggers() -> dict[str, list[Trigger]]:
    """By first word, the longest first."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    found = [silent(phrase, ends_reach=False) for phrase in data["pseudo"]]
    found += [silent(phrase, ends_reach=True) for phrase in data["terminators"]]
    found += [trigger for group in data["groups"] for trigger in of_group(group)]
    by_word: dict[str, list[Trigger]] = {}
    for trigger in sorted(found, key=lambda trigger: -len(trigger.words)):
        by_word.setdefault(trigger.words[0], []).append(trigger)
    return by_word


def silent(phrase: str, *, ends_reach: bool) -> Trigger:
    return Trigger(tuple(split(phrase)), None, "", 0, frozenset(), ends_reach=ends_reach)


def of_group(group: dict[str, Any]) -> Iterator[Trigger]:
    kinds = frozenset(group.get("kinds", [kind.value for kind in Kind]))
    says, soft = Assertion(group["assertion"]), bool(group.get("soft"))
    for phrase in group["phrases"]:
        yield Trigger(tuple(split(phrase)), says, group["side"], group["window"], kinds, soft)


def cues(words: Sequence[Word]) -> list[Cue]:
    """Every trigger in the text; a longer phrase hides the shorter ones inside it."""
    found: list[Cue] = []
    hidden = -1
    for at in range(len(words)):
        here = list(at_word(words, at))
        longest = max((cue.last for cue in here), default=-1)
        if longest > hidden:
            found += [cue for cue in here if cue.last == longest]
            hidden = longest
    return found


def at_word(words: Sequence[Word], at: int) -> Iterator[Cue]:
    for trigger in triggers().get(words[at].text, ()):
        end = at + len(trigger.words)
        if tuple(word.text for word in words[at:end]) == trigger.words:
            yield Cue(trigger, at, end - 1)


def reaching(
    kind: Kind, first: int, last: int, text: str, words: Sequence[Word], near: Sequence[Cue]
) -> Iterator[Trigger]:
    """All triggers for this kind among `near` (those of one sentence) that reach the words `first` to `last`."""
    barriers = [cue for cue in near if cue.trigger.ends_reach]
    for cue in near:
        applies = cue.trigger.assertion is not None and kind.value in cue.trigger.kinds
        if applies and reaches(cue, first, last, barriers, text, words):
            yield cue.trigger


def reaches(cue: Cue, first: int, last: int, barriers: Sequence[Cue], text: str, words: Sequence[Word]) -> bool:
    before = cue.trigger.side == "before"
    low, high = (cue.last, first) if before else (last, cue.first)
    if not 0 < high - low <= cue.trigger.window:
        return False
    low += cue.trigger.assertion is Assertion.FAMILY  # "her mother takes": the verb is hers
    barred = any(low < barrier.first < high for barrier in barriers)
    return not barred and ";" not in text[words[low].end : words[high].start]


def strongest(found: set[Assertion]) -> Assertion:
    return next((assertion for assertion in STRENGTH if assertion in found), Assertion.PRESENT)
