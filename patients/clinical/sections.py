"""The parts a report announces by headings, in English, Spanish, Turkish and Arabic."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from patients.clinical.folding import fold
from patients.clinical.sentences import line_ends
from patients.clinical.spelling import one_slip

DATA = Path(__file__).parent / "data" / "sections.json"
LINE = re.compile(r"[^\n]+")
BULLET = re.compile(r"^\s*(?:(?:\d{1,2}|[ivx]{1,4})[.)]\s+|[-*#\u2022>]+\s*)?")
HEAD = re.compile(
    r"(?P<name>(?:[^:;.,\d(\n]|(?<=[a-z])[01](?=[a-z])){3,60}?)\s*"
    r"(?P<end>:|$|[,(-](?=\s*\(?\d)|\s-\s|\s(?=\d))"
)
"""A name, and then nothing, a colon, a dash or a date; a digit inside a word is a misread letter."""
INSIDE = re.compile(r"(?<=[.;])[ \t]{1,4}(?P<name>[^:.;\n]{2,40}):")
LONGEST_HEADING = 6


class SectionKind(StrEnum):
    DIAGNOSIS = "diagnosis"
    HISTORY = "history"
    PAST_HISTORY = "past_history"
    PAST_PROCEDURES = "past_procedures"
    FAMILY = "family"
    MEDICATIONS = "medications"
    STOPPED_MEDICATIONS = "stopped_medications"
    ALLERGIES = "allergies"
    LABORATORY = "laboratory"
    EXAMINATION = "examination"
    PLAN = "plan"
    OTHER = "other"


ENDS_WITH_ITS_LINE = {SectionKind.FAMILY, SectionKind.ALLERGIES}
"""When the heading's line says it already: "Allergies: none", and the next line is about something else."""


@dataclass(frozen=True, slots=True)
class Section:
    """From its heading's first letter to the next heading; `body` is where its heading ends."""

    kind: SectionKind
    start: int
    body: int
    end: int


def sections(text: str) -> list[Section]:
    """The sections in order; what stands before the first heading is OTHER."""
    heads = [(SectionKind.OTHER, 0, 0), *headings(text)]
    ends = [start for _, start, _ in heads[1:]] + [len(text)]
    return [Section(kind, start, body, end) for (kind, start, body), end in zip(heads, ends, strict=True)]


def headings(text: str) -> Iterator[tuple[SectionKind, int, int]]:
    folded = fold(text)
    current = SectionKind.OTHER
    for line in LINE.finditer(text):
        kind, body = heading(text, folded, line)
        if kind:
            yield kind, line.start(), body
            current = kind
        inside = list(headings_inside(folded, body, line.end()))
        yield from inside
        if kind in ENDS_WITH_ITS_LINE and text[body : line.end()].strip():
            current = SectionKind.OTHER
            end = end_of_paragraph(text, line.end())
            yield current, end, end
        elif inside:
            yield current, line.end(), line.end()


def heading(text: str, folded: str, line: re.Match[str]) -> tuple[SectionKind | None, int]:
    """The line's own heading, and where it ends; a place in any case."""
    bullet = BULLET.match(line.group())
    start = line.start() + (bullet.end() if bullet else 0)
    head = HEAD.match(folded, start, line.end())
    if head is None:
        return None, line.start()
    kind = known(" ".join(head["name"].strip("*_ -").split())) or unknown(text[start : line.end()])
    return kind, head.end() if kind else line.start()


def headings_inside(folded: str, start: int, end: int) -> Iterator[tuple[SectionKind, int, int]]:
    """`… DM2. IQ: cesárea. AF: madre con ictus.`: names of sections between the sentences of one paragraph."""
    for found in INSIDE.finditer(folded, start, end):
        if kind := names().get(found["name"].strip()):
            yield kind, found.start("name"), found.end()


def end_of_paragraph(text: str, at: int) -> int:
    """The end of the line that ends at `at`, or of the lines it wraps over."""
    return next((place for place in line_ends(text) if place > at), len(text))


@cache
def names() -> dict[str, SectionKind]:
    kinds = json.loads(DATA.read_text(encoding="utf-8"))["headings"]
    return {fold(name): SectionKind(kind) for kind, written in kinds.items() for name in written}


def known(name: str) -> SectionKind | None:
    """The kind of the heading `name`, one slip of the scanner forgiven in a long one."""
    if len(name.split()) > LONGEST_HEADING:
        return None
    read = name.replace("0", "o").replace("1", "i").replace("|", "i")
    exact = names().get(name) or names().get(read)
    if exact or len(read) < LONGEST_HEADING:
        return exact
    return next((kind for heading, kind in names().items() if one_slip(heading, read)), None)


def unknown(line: str) -> SectionKind | None:
    """A heading we have no name for still ends the section before it: "PHYSIOTHERAPY NOTES", "Next of kin:"."""
    words = line.strip().rstrip(":").split()
    if not 1 < len(words) <= LONGEST_HEADING or any(letter.isdigit() for letter in line):
        return None
    heading = line.strip().isupper() or (line.strip().endswith(":") and words[0][0].isupper())
    return SectionKind.OTHER if heading else None
