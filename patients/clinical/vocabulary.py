"""The words we know and what they are coded as, read from the data files beside this module."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from patients.clinical.findings import Coding, Kind
from patients.clinical.spelling import Spelling
from patients.clinical.words import split

DATA = Path(__file__).parent / "data"
OWN_SYSTEMS = {
    Kind.OBSERVATION: "https://curaway.ai/fhir/CodeSystem/observations",
    Kind.PROCEDURE: "https://curaway.ai/fhir/CodeSystem/procedures",
}
"""Names of our own for what no free code system has a confirmed code for."""

FILES = {
    Kind.CONDITION: "conditions.json",
    Kind.PROCEDURE: "procedures.json",
    Kind.MEDICATION: "medications.json",
    Kind.OBSERVATION: "observations.json",
    Kind.ALLERGY: "allergens.json",
}


@dataclass(frozen=True, eq=False)
class Entry:
    """One concept. `facts` are the other fields of its line in the data file."""

    kind: Kind
    display: str
    coding: Coding | None
    facts: Mapping[str, Any]

    def coded(self, code: str, display: str) -> Coding:
        """A sibling of this concept: one of its sides, stages or units."""
        assert self.coding is not None, "only a coded concept has siblings"  # noqa: S101 - kept by a test of the data
        return Coding(self.coding.system, code, display)


@dataclass(frozen=True)
class Term:
    """One way to write a concept. `part` is this ingredient's place, and how many there are, of a combination."""

    words: tuple[str, ...]
    entry: Entry
    abbreviation: str = ""
    operated: bool = False
    """It names the procedure only beside a word for operating: "operated on for an inguinal hernia"."""
    part: tuple[int, int] = (0, 1)


class Vocabulary:
    """All concepts, found by the first word of a term or by their code."""

    def __init__(
        self, entries: tuple[Entry, ...], combinations: Sequence[Mapping[str, Any]], not_these: frozenset[str]
    ) -> None:
        self.entries = entries
        self.terms: dict[str, list[Term]] = {}
        for term in (*(term for entry in entries for term in terms(entry)), *combined(entries, combinations)):
            same = self.terms.setdefault(term.words[0], [])
            if term.words and term not in same:
                same.append(term)
        for candidates in self.terms.values():
            candidates.sort(key=lambda term: -len(term.words))
        self.by_code = {entry.coding.code: entry for entry in entries if entry.coding}
        every = [term for candidates in self.terms.values() for term in candidates]
        self.spelling = Spelling(
            words={word for term in every for word in term.words},
            medicines={word for term in every if term.entry.kind is Kind.MEDICATION for word in term.words},
            not_these=not_these,
        )

    def codings(self) -> Iterator[tuple[Kind, Coding]]:
        """Every code there is, with those of sides, stages and units."""
        for entry in self.entries:
            if entry.coding is not None:
                yield entry.kind, entry.coding
                for group in ("sides", "stages", "units"):
                    for code, display in entry.facts.get(group, {}).values():
                        yield entry.kind, entry.coded(code, display)


@cache
def vocabulary() -> Vocabulary:
    files = {kind: json.loads((DATA / name).read_text(encoding="utf-8")) for kind, name in FILES.items()}
    entries = tuple(entry(kind, data["system"], line) for kind, data in files.items() for line in data["entries"])
    medicines = files[Kind.MEDICATION]
    return Vocabulary(entries, medicines["combinations"], frozenset(medicines["not_these"]))


def entry(kind: Kind, system: str, line: Mapping[str, Any]) -> Entry:
    system = OWN_SYSTEMS[kind] if line.get("local") else line.get("system", system)
    coding = Coding(system, line["code"], line["display"]) if line["code"] else None
    return Entry(kind, line["display"], coding, line)


def terms(concept: Entry) -> Iterator[Term]:
    for written in concept.facts.get("terms", ()):
        yield Term(tuple(split(written)), concept)
    for written in concept.facts.get("abbreviations", ()):
        yield Term(tuple(split(written)), concept, abbreviation=written)
    for written in concept.facts.get("operated", ()):
        yield Term(tuple(split(written)), concept, operated=True)


def combined(entries: Iterable[Entry], combinations: Sequence[Mapping[str, Any]]) -> Iterator[Term]:
    """A brand of several ingredients names each of them."""
    medicines = {entry.display: entry for entry in entries if entry.kind is Kind.MEDICATION}
    for line in combinations:
        for place, ingredient in enumerate(line["of"]):
            for written in line["terms"]:
                yield Term(tuple(split(written)), medicines[ingredient], part=(place, len(line["of"])))
