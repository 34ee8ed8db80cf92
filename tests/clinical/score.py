"""How much of what a reader marked in the sample reports the deterministic engine finds, and what else it finds.

    python -m tests.clinical.score            the tables
    python -m tests.clinical.score --misses   every difference as well
    python -m tests.clinical.score --write    the tables into docs/reference/clinical-accuracy.md
    python -m tests.clinical.score --codes    every code there is to mark with (see tests/data/reports/README.md)

A finding is right when its kind, code and assertion are those of the gold. Its details (value, unit, dose, times a
day, laterality, reaction, severity, interpretation) are counted apart, over the findings that are right.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from patients.clinical.engine import DeterministicEngine
from patients.clinical.findings import Finding, Kind
from patients.clinical.vocabulary import vocabulary

REPORTS = Path(__file__).parents[1] / "data" / "reports"
HALVES = {"development": REPORTS, "held out": REPORTS / "held_out"}
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "clinical-accuracy.md"
CLOSE = 1e-6
EMPTY = "No report lies in this half yet: `python -m tests.clinical.score --write` fills it in when one does."
NOT_COMPARED = {"kind", "code", "assertion", "name"}
Key = tuple[str, str | None, str]


@dataclass
class Tally:
    """Counts for one kind, or for all."""

    right: int = 0
    missed: int = 0
    invented: int = 0
    details: int = 0
    details_right: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / max(self.right + self.invented, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.right + self.missed, 1)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)

    def add(self, other: "Tally") -> None:
        self.right += other.right
        self.missed += other.missed
        self.invented += other.invented
        self.details += other.details
        self.details_right += other.details_right


def scores(folder: Path) -> dict[str, Tally]:
    """A tally per kind, and `all`, over the reports in `folder`."""
    tallies = {kind.value: Tally() for kind in Kind}
    for gold in sorted(folder.glob("*.json")):
        compare(gold, tallies)
    every = Tally()
    for tally in tallies.values():
        every.add(tally)
    return {**tallies, "all": every}


def compare(gold: Path, tallies: Mapping[str, Tally]) -> None:
    told = json.loads(gold.read_text(encoding="utf-8"))
    pages = gold.with_suffix(".txt").read_text(encoding="utf-8").split("\f")
    findings = DeterministicEngine().extract(pages, locale=told["locale"])
    found = by_key((found_key(finding), finding) for finding in findings)
    marked = by_key(((mark["kind"], mark["code"], mark["assertion"]), mark) for mark in told["findings"])
    for key in sorted(found.keys() | marked.keys(), key=str):
        count(gold.stem, key, marked.get(key, []), found.get(key, []), tallies[key[0]])


def count(report: str, key: Key, marks: list[Any], findings: list[Finding], tally: Tally) -> None:
    pairs = min(len(marks), len(findings))
    tally.right += pairs
    tally.missed += len(marks) - pairs
    tally.invented += len(findings) - pairs
    tally.differences += [f"{report}: missed {key}"] * (len(marks) - pairs)
    tally.differences += [f"{report}: invented {key} {extra.text!r}" for extra in findings[pairs:]]
    for mark, finding in zip(marks, findings, strict=False):
        compare_details(report, key, mark, finding, tally)


def compare_details(report: str, key: Key, mark: Mapping[str, Any], finding: Finding, tally: Tally) -> None:
    seen = dict(finding.details)
    if "components" in seen:
        seen["systolic"], seen["diastolic"] = (part["value"] for part in seen["components"])
    for name in sorted(mark.keys() - NOT_COMPARED):
        tally.details += 1
        same = alike(seen.get(name), mark[name])
        tally.details_right += same
        if not same:
            tally.differences.append(f"{report}: {key} {name} is {seen.get(name)!r}, marked {mark[name]!r}")


def alike(told: Any, marked: Any) -> bool:
    """Numbers as numbers, 2 and 2.0; words in any case."""
    if isinstance(told, int | float) and isinstance(marked, int | float):
        return abs(told - marked) < CLOSE
    return str(told).lower() == str(marked).lower()


def found_key(finding: Finding) -> Key:
    return finding.kind.value, finding.coding.code if finding.coding else None, finding.assertion.value


def by_key(items: Iterable[tuple[Key, Any]]) -> dict[Key, list[Any]]:
    found: dict[Key, list[Any]] = {}
    for key, item in items:
        found.setdefault(key, []).append(item)
    return found


def table(tallies: Mapping[str, Tally]) -> str:
    lines = ["| kind | marked | found | precision | recall | F1 | details right |", "|---|---|---|---|---|---|---|"]
    for kind, t in tallies.items():
        marked, found = t.right + t.missed, t.right + t.invented
        details = f"{t.details_right} of {t.details}"
        lines.append(f"| {kind} | {marked} | {found} | {t.precision:.3f} | {t.recall:.3f} | {t.f1:.3f} | {details} |")
    return "\n".join(lines)


def section(half: str) -> str:
    """What the accuracy page says of this half."""
    reports = len(list(HALVES[half].glob("*.json")))
    return f"{reports} reports.\n\n{table(scores(HALVES[half]))}" if reports else EMPTY


def marks(half: str) -> tuple[str, str]:
    """Between these two lines of the page stands the half's section."""
    return f"<!-- {half} -->\n", f"\n<!-- end of {half} -->"


def filled(page: str) -> str:
    """The page with the sections of today; ValueError when it has no place for one."""
    for half in HALVES:
        first, last = marks(half)
        start, end = page.index(first), page.index(last)
        before, after = page[:start], page[end + len(last) :]
        page = f"{before}{first}{section(half)}{last}{after}"
    return page


def codes() -> list[str]:
    """Kind, code and name of all that can be found; `null` for the medicines that no code was confirmed for."""
    coded = {f"{kind.value}\t{one.code}\t{one.display}" for kind, one in vocabulary().codings()}
    medicines = (one for one in vocabulary().entries if one.kind is Kind.MEDICATION and one.coding is None)
    return sorted(coded | {f"{one.kind.value}\tnull\t{one.display}" for one in medicines})


def main() -> None:
    if "--codes" in sys.argv:
        print("\n".join(codes()))
        return
    for half, folder in HALVES.items():
        print(f"\n{half}: {section(half)}")
        if "--misses" in sys.argv:
            print("\n".join(line for tally in scores(folder).values() for line in tally.differences))
    if "--write" in sys.argv:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
