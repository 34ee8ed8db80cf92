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
WHEN = {Assertion.PLANNED, Assertion.HISTORICAL, Assertion.STOPPED}
LIST_WINDOW = 25
"""From this window on a trigger speaks of a whole list: the risks of an operation."""
JOINED = re.compile(r"\b(?:and|or|nor|y|e|o|u|ni|ve|veya)\b|[/&]|\bو")
STRENGTH = (
    Assertion.NEGATED,
    Assertion.FAMILY,
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


@cache
def cue_words() -> frozenset[str]:
    """Every word of every trigger."""
    return frozenset(word for candidates in triggers().values() for trigger in candidates for word in trigger.words)


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


@dataclass(frozen=True, slots=True)
class Scope:
    """What of one sentence decides how a mention is meant: `first` to `last` are its words, `others` the words of
    the other mentions of its kind."""

    kind: Kind
    first: int
    last: int
    passes: bool
    others: Sequence[tuple[int, int]]


def reaching(scope: Scope, text: str, words: Sequence[Word], near: Sequence[Cue]) -> Iterator[Trigger]:
    """All triggers among `near` (those of one sentence) that reach the mention."""
    barriers = [cue for cue in near if cue.trigger.ends_reach]
    found = [cue for cue in near if applies(cue.trigger, scope) and reaches(cue, scope, barriers, text, words)]
    when = [cue.last for cue in found if says_when(cue.trigger, scope)]
    for cue in found:
        if not says_when(cue.trigger, scope) or cue.last == max(when):
            yield cue.trigger


def applies(trigger: Trigger, scope: Scope) -> bool:
    return trigger.assertion is not None and scope.kind.value in trigger.kinds and (scope.passes or not trigger.soft)


def says_when(trigger: Trigger, scope: Scope) -> bool:
    """Of "planned" and "previous", of "stop" and "start" before one name, the nearer holds."""
    return trigger.side == "before" and trigger.assertion in WHEN and scope.kind in (Kind.MEDICATION, Kind.PROCEDURE)


def reaches(cue: Cue, scope: Scope, barriers: Sequence[Cue], text: str, words: Sequence[Word]) -> bool:
    before = cue.trigger.side == "before"
    low, high = (cue.last, scope.first) if before else (scope.last, cue.first)
    if not 0 < high - low <= cue.trigger.window:
        return False
    between = text[words[low].end : words[high].start]
    hers = before and cue.trigger.assertion is Assertion.FAMILY  # "her mother takes": the verb is hers
    barred = any(low + hers < barrier.first < high for barrier in barriers)
    aside = before and ")" in between.partition("(")[0]  # what is said in brackets is said of what they follow
    return not barred and not aside and ";" not in between and not spent(cue.trigger, scope, low, high, between)


def spent(trigger: Trigger, scope: Scope, low: int, high: int, between: str) -> bool:
    """Another mention stands nearer to the phrase, and is not joined with ours: "previous MI, hypertension"."""
    nearer = any(low < first and last < high for first, last in scope.others)
    if not nearer or JOINED.search(between):
        return False
    if trigger.side == "after":
        return True
    lasting = trigger.assertion is Assertion.HISTORICAL and not scope.passes
    return lasting or (trigger.assertion is Assertion.UNCERTAIN and trigger.window < LIST_WINDOW)


def strongest(found: set[Assertion]) -> Assertion:
    return next((assertion for assertion in STRENGTH if assertion in found), Assertion.PRESENT)
