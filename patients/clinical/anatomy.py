"""Where in the body, and on which side, a mention is."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from patients.clinical.mentions import Mention
from patients.clinical.page import Page

DATA = Path(__file__).parent / "data" / "anatomy.json"
REACH = 6
"""Words between a mention and its site: "pain on the inner aspect of the knee"."""
SIDE_REACH = 5
JOINTS = frozenset({"knee", "hip", "shoulder", "hand", "ankle"})


@dataclass(frozen=True, slots=True)
class Place:
    """A word that names a site or a side, by its place among the page's words."""

    name: str
    word: int


@cache
def anatomy() -> dict[str, Any]:
    data = json.loads(DATA.read_text(encoding="utf-8"))
    by_word = {group: {w: name for name, ws in data[group].items() for w in ws} for group in ("sides", "sites")}
    return {**by_word, "initials": data["initials"]}


def site(page: Page, mention: Mention, among: Collection[str]) -> Place | None:
    """The nearest site that is one of `among` and not part of another mention."""
    if not among:
        return None
    names = anatomy()["sites"]
    for word in inside_then_around(page, mention, REACH):
        name = names.get(page.words[word].text)
        if name in among and not in_another(page, mention, word):
            return Place(name, word)
    return only_site(page, mention, among)


def only_site(page: Page, mention: Mention, among: Collection[str]) -> Place | None:
    """The one joint its sentence is about, however far: "pain in the left knee …, it is arthrosis"."""
    if not set(among) <= JOINTS:
        return None
    start, end = page.sentence(mention.start)
    names = anatomy()["sites"]
    found = [Place(names[word.text], at) for at, word in page.words_in(start, end) if names.get(word.text) in among]
    return found[0] if len({place.name for place in found}) == 1 else None


def side(page: Page, mention: Mention, where: Place | None) -> Place | None:
    """Right, left or bilateral: the side of its site when that has one beside it, otherwise the nearest."""
    beside = [where.word - 1, where.word + 1, where.word - 2, where.word + 2] if where else []
    start, end = page.sentence(mention.start)
    for word in (*beside, *inside_then_around(page, mention, SIDE_REACH)):
        in_sentence = 0 <= word < len(page.words) and start <= page.words[word].start < end
        free = in_sentence and not in_another(page, mention, word) and not nearer_to_another(page, mention, word)
        name = side_name(page, word) if free else None
        if name:
            return Place("bilateral" if other_side_too(page, word, name) else name, word)
    return plural(page, where)


def inside_then_around(page: Page, mention: Mention, reach: int) -> Iterator[int]:
    yield from range(mention.first, mention.last + 1)
    yield from page.words_around(mention, reach, reach)


def in_another(page: Page, mention: Mention, word: int) -> bool:
    """Of a vague one ("thyroid problems: underactive") its words may say what the other is about."""
    others = page.mentions_of(word)
    return any(other.start != mention.start and "yields_to" not in other.entry.facts for other in others)


def nearer_to_another(page: Page, mention: Mention, word: int) -> bool:
    """The side belongs to another mention of its kind, that stands right beside it."""
    ours = min(abs(word - mention.first), abs(word - mention.last))
    start, end = page.sentence(mention.start)
    others = (other for other in page.mentions_in((start, end), mention.entry.kind) if other.start != mention.start)
    return any(min(abs(word - other.first), abs(word - other.last)) < min(ours, 2) for other in others)


def side_name(page: Page, word: int) -> str | None:
    here = page.words[word]
    name: str | None = anatomy()["sides"].get(here.text)
    return name or anatomy()["initials"].get(page.text[here.start : here.end])


def other_side_too(page: Page, word: int, name: str) -> bool:
    """`right and left knee`."""
    near = {side_name(page, at) for at in (word - 2, word + 2) if 0 <= at < len(page.words)}
    between = {page.words[at].text for at in (word - 1, word + 1) if 0 <= at < len(page.words)}
    return bool(near & ({"right", "left"} - {name})) and bool(between & {"and", "y", "ve"})


def plural(page: Page, where: Place | None) -> Place | None:
    """`osteoarthritis of the knees`: both of them."""
    if where is None:
        return None
    here = page.words[where.word]
    written = page.folded[here.start : here.end]
    return Place("bilateral", where.word) if written.endswith("s") and not written.endswith("ss") else None
