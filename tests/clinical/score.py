"""How much of what a reader marked in the sample reports the deterministic engine finds, and what else it finds.

    python -m tests.clinical.score            the table
    python -m tests.clinical.score --misses   every difference as well

A finding is right when its kind, code and assertion are those of the gold. Its details (value, unit, dose, times a
day, laterality, reaction, severity, interpretation) are counted apart, over the findings that are right.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from patients.clinical.engine import DeterministicEngine
from patients.clinical.findings import Finding, Kind

REPORTS = Path(__file__).parents[1] / "data" / "reports"
HALVES = {"development": REPORTS, "held out": REPORTS / "held_out"}
SYSTOLIC, DIASTOLIC = 0, 1
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
    for name in mark.keys() - {"kind", "code", "assertion"}:
        tally.details += 1
        same = str(seen.get(name)).lower() == str(mark[name]).lower()
        tally.details_right += same
        if not same:
            tally.differences.append(f"{report}: {key} {name} is {seen.get(name)!r}, marked {mark[name]!r}")


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


def main() -> None:
    for half, folder in HALVES.items():
        tallies = scores(folder)
        print(f"\n{half}: {len(list(folder.glob('*.json')))} reports\n\n{table(tallies)}")
        if "--misses" in sys.argv:
            print("\n".join(Counter(line for tally in tallies.values() for line in tally.differences)))


if __name__ == "__main__":
    main()
