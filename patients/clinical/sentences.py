"""Where sentences end: at full stops that are no abbreviation's, at line ends that are more than the paper's."""

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence

STOP = re.compile(r"(?<![.\u2026])[.!?\u061f\u06d4](?=\s|$)|(?<=[a-z]{3})[.!?](?=[A-Z])")
LINE = re.compile(r"\n\s*")
ABBREVIATIONS = frozenset(
    "dr dra mr mrs ms prof st vs approx ca eg ie etc resp tel fig b.d o.d t.d.s q.d.s b.i.d t.i.d p.o s.c e.g i.e "
    "p.r.n a.m p.m hist ref max min tab tabs cap caps inj comp sr sra izq dcha izda dcho aprox ud uds".split()
)
CARRIES_ON = frozenset(
    "a an the of with and or for to in on at by from her his no not his their due has had is was were be been without "
    "denies de del la el los las con y o por en un una sin para su ve ile و في من مع".split()
)
LONGEST = 1500
"""No sentence runs on over such a multiple: what a sentence says is looked for in all of it, for each mention."""
TAIL = re.compile(r"[^\s]+$")


def sentences(text: str, breaks: Collection[int] = ()) -> list[tuple[int, int]]:
    """Start and end of each; together they cover the text. None runs over one of the `breaks`."""
    inner = (end for end in {*full_stops(text), *line_ends(text), *range(LONGEST, len(text), LONGEST), *breaks})
    ends = sorted({*(end for end in inner if 0 < end < len(text)), len(text)})
    return list(zip([0, *ends[:-1]], ends, strict=True))


def at(place: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The span that `place` lies in."""
    return spans[max(bisect_right(spans, (place, float("inf"))) - 1, 0)]


def full_stops(text: str) -> list[int]:
    return [stop.end() for stop in STOP.finditer(text) if last_word(text, stop.start()) not in ABBREVIATIONS]


def last_word(text: str, end: int) -> str:
    found = TAIL.search(text, max(0, end - 30), end)
    return found.group().lower().strip("(.,:;") if found else ""


def line_ends(text: str) -> list[int]:
    return [line.start() + 1 for line in LINE.finditer(text) if not wraps(text, line)]


def wraps(text: str, line: re.Match[str]) -> bool:
    """The line's end is only the paper's: the sentence goes on below."""
    following = text[line.end() : line.end() + 1]
    before = text[: line.start()].rstrip(" \t\r")[-1:]
    if line.group().count("\n") > 1 or not following or before in ":.;":
        return False
    if before == "," or last_word(text, line.start()) in CARRIES_ON:
        return True
    return following.islower() or following == "("
