"""Abbreviations with more than one meaning: RA is a disease in one clinic and the air of the room in another."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from patients.clinical.mentions import Mention
from patients.clinical.sentences import at
from patients.clinical.words import Word, split

DATA = Path(__file__).parent / "data" / "abbreviations.json"
BESIDE, IN_SENTENCE, ON_PAGE = 100, 10, 1
"""What a telling word weighs by where it stands."""
REACH = 2
SHORTEST_PLURAL = 4


@cache
def ambiguous() -> Mapping[str, Mapping[str, Any]]:
    told = json.loads(DATA.read_text(encoding="utf-8"))["abbreviations"]
    return {
        written: {**line, "meanings": [(one["code"], telling(one["near"])) for one in line["meanings"]]}
        for written, line in told.items()
    }


def telling(near: Sequence[str]) -> set[str]:
    """The words, and each without its plural's s: as the page's words are when ours have none."""
    words = {word for written in near for word in split(written)}
    return words | {word[:-1] for word in words if word.endswith("s") and len(word) > SHORTEST_PLURAL}


def decided(
    found: Iterable[Mention], words: Sequence[Word], sentences: Sequence[tuple[int, int]], folded: str
) -> list[Mention]:
    """The mentions without those whose abbreviation means something else here, or can't be told to mean anything."""
    on_page = {word.text for word in words}
    near: dict[tuple[int, int], set[str]] = {}
    kept = []
    for mention in found:
        line = ambiguous().get(mention.term.abbreviation)
        span = at(mention.start, sentences)
        if line is not None and span not in near:
            near[span] = sentence_words(mention, words, span)
        if line is None or stays(mention, line, words, (near[span], on_page), folded):
            kept.append(mention)
    return kept


def stays(
    mention: Mention, line: Mapping[str, Any], words: Sequence[Word], around: tuple[set[str], set[str]], folded: str
) -> bool:
    """`around` are the words of its sentence, and of its page."""
    if heads_a_line(mention, folded) or words[mention.first - 1].text in line.get("never_after", ()):
        return False
    beside = {word.text for word in words[max(mention.first - REACH, 0) : mention.last + 1 + REACH]}
    code = meaning(line, beside, *around)
    return mention.entry.coding is not None and mention.entry.coding.code == code


def heads_a_line(mention: Mention, folded: str) -> bool:
    """`PE: chest clear` is the physical examination; a diagnosis is not followed by its own report."""
    before = folded[folded.rfind("\n", 0, mention.start) + 1 : mention.start]
    behind = folded[mention.end : mention.end + 5].lstrip()
    return not before.strip(" -*") and behind.startswith(":") and folded[mention.start : mention.end] == "pe"


def sentence_words(mention: Mention, words: Sequence[Word], span: tuple[int, int]) -> set[str]:
    start, end = span
    first, last = mention.first, mention.last
    while first > 0 and words[first - 1].start >= start:
        first -= 1
    while last + 1 < len(words) and words[last + 1].start < end:
        last += 1
    return {word.text for word in words[first : last + 1]}


def meaning(line: Mapping[str, Any], beside: set[str], near: set[str], on_page: set[str]) -> str | None:
    """The meaning that most is said for; when two are told equally, none."""
    scored = sorted(
        ((score(told, beside, near, on_page), code) for code, told in line["meanings"]), key=lambda it: -it[0]
    )
    best, code = scored[0]
    if not best:
        return line["otherwise"]  # type: ignore[no-any-return]
    tied = len(scored) > 1 and scored[1][0] == best
    return None if tied else code


def score(told: set[str], beside: set[str], near: set[str], on_page: set[str]) -> int:
    return BESIDE * len(told & beside) + IN_SENTENCE * len(told & near) + ON_PAGE * len(told & on_page)
