"""Operations that are named by what was operated on: "me operaron de la vesícula", "had my appendix out"."""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from patients.clinical.mentions import Mention
from patients.clinical.sections import Section, SectionKind
from patients.clinical.words import Word, split

DATA = Path(__file__).parent / "data" / "operating.json"
BEFORE, BEHIND = 4, 3
"""Words between what was operated on and the word for operating."""


@cache
def phrases() -> dict[str, frozenset[tuple[str, ...]]]:
    told = json.loads(DATA.read_text(encoding="utf-8"))
    return {side: frozenset(tuple(split(phrase)) for phrase in told[side]) for side in ("before", "behind")}


def told(found: Iterable[Mention], words: Sequence[Word], sections: Sequence[Section]) -> list[Mention]:
    """Of one place that may be an illness or its operation, the one that is meant there."""
    mentions = list(found)
    lists = [(section.body, section.end) for section in sections if section.kind is SectionKind.PAST_PROCEDURES]
    operations = {
        mention.start
        for mention in mentions
        if mention.term.operated and (listed(mention, lists) or operated_on(mention, words))
    }
    return [mention for mention in mentions if (mention.start in operations) is mention.term.operated]


def listed(mention: Mention, lists: Sequence[tuple[int, int]]) -> bool:
    """In a list of past operations what was operated on is enough: "IQ: varices"."""
    return any(start <= mention.start < end for start, end in lists)


def operated_on(mention: Mention, words: Sequence[Word]) -> bool:
    before = [word.text for word in words[max(0, mention.first - BEFORE) : mention.first]]
    behind = [word.text for word in words[mention.last + 1 : mention.last + 1 + BEHIND]]
    return holds(before, phrases()["before"]) or holds(behind, phrases()["behind"])


def holds(near: Sequence[str], any_of: frozenset[tuple[str, ...]]) -> bool:
    sizes = {len(phrase) for phrase in any_of}
    return any(tuple(near[at : at + size]) in any_of for size in sizes for at in range(len(near) - size + 1))
