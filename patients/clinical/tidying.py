"""One finding for one fact: what a text says twice, or first roughly and then exactly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from patients.clinical.findings import Assertion, Finding, Kind
from patients.clinical.no_allergy import denies, is_none_known
from patients.clinical.vocabulary import vocabulary

GRADED = ("M17", "M16")
GRADE = "kellgren-lawrence-grade"


def tidied(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """In order of place; the same fact once, nothing that something more exact of the same text covers."""
    different = list({(finding.kind, finding.coding, finding.assertion): finding for finding in found}.values())
    exact = [finding for finding in found if not covered(finding, different)]
    merged: dict[Any, Finding] = {}
    for finding in exact:
        key = identity(finding)
        merged[key] = together(merged[key], finding) if key in merged else finding
    return graded(sorted(undosed_dropped(merged.values()), key=lambda finding: (finding.page or 0, finding.span)))


def covered(finding: Finding, others: Sequence[Finding]) -> bool:
    if is_none_known(finding.coding):
        return any(contradicts(finding, other) for other in others)
    if finding.kind is Kind.PROCEDURE and finding.assertion is Assertion.PRESENT:
        known = (Assertion.PLANNED, Assertion.HISTORICAL)
        return any(other.coding == finding.coding and other.assertion in known for other in others)
    prefixes = yields_to(finding)
    return any(more_exact(other, finding, prefixes) for other in others) if prefixes else False


def contradicts(denial: Finding, other: Finding) -> bool:
    """The same text names an allergy that none known can't be true beside."""
    if other.kind is not Kind.ALLERGY or other.assertion is not Assertion.PRESENT or denial.coding is None:
        return False
    return not is_none_known(other.coding) and denies(denial.coding, other.coding)


def yields_to(finding: Finding) -> tuple[str, ...]:
    """Codes, or their beginnings, beside which this one says nothing."""
    if finding.kind is not Kind.CONDITION or finding.coding is None:
        return ()
    code = finding.coding.code
    lines = lines_of(code)
    sides = [side[0] for line in lines for side in line.get("sides", {}).values()]
    return (*sides, *(prefix for line in lines if spoken(line, finding) for prefix in line.get("yields_to", ())))


@cache
def lines_of(code: str) -> tuple[Mapping[str, Any], ...]:
    """The vocabulary's lines with this code; few codes have several."""
    return tuple(entry.facts for entry in vocabulary().entries if entry.coding and entry.coding.code == code)


def spoken(line: Any, finding: Finding) -> bool:
    """This line of the vocabulary, of several with one code, is the one the text used."""
    return line["code"] != "E11" or not any(mark in finding.text.lower() for mark in ("2", "ii"))


def more_exact(other: Finding, finding: Finding, prefixes: tuple[str, ...]) -> bool:
    if other.coding is None or other.kind is not Kind.CONDITION or other.coding == finding.coding:
        return False
    return other.assertion is finding.assertion and other.coding.code.startswith(prefixes)


def identity(finding: Finding) -> tuple[Any, ...]:
    name = finding.coding.code if finding.coding else finding.text.lower()
    if finding.kind is Kind.OBSERVATION:
        return finding.kind, name, repr(finding.details.get("value", finding.details.get("components")))
    if finding.kind is Kind.MEDICATION:
        return finding.kind, name, finding.assertion, finding.details.get("dose_value")
    return finding.kind, name, finding.assertion


def together(one: Finding, other: Finding) -> Finding:
    """The surer of the two, with the details of both; on a tie, the first."""
    best, rest = (other, one) if other.confidence > one.confidence else (one, other)
    return replace(best, details={**rest.details, **best.details})


def undosed_dropped(found: Iterable[Finding]) -> list[Finding]:
    """A medicine that is named again without its dose is the same medicine."""
    findings = list(found)
    dosed = {(f.coding, f.assertion) for f in findings if f.kind is Kind.MEDICATION and "dose_value" in f.details}
    return [f for f in findings if "dose_value" in f.details or f.kind is not Kind.MEDICATION
            or f.coding is None or (f.coding, f.assertion) not in dosed]  # fmt: skip


def graded(found: list[Finding]) -> tuple[Finding, ...]:
    """The X-ray's only Kellgren-Lawrence grade is the stage of the text's only knee or hip osteoarthritis."""
    grades = [f for f in found if f.coding and f.coding.code == GRADE]
    joints = [f for f in found if f.kind is Kind.CONDITION and f.coding and f.coding.code.startswith(GRADED)]
    if len(grades) != 1 or len(joints) != 1 or joints[0].assertion is not Assertion.PRESENT:
        return tuple(found)
    stage = f"Kellgren-Lawrence grade {grades[0].details['value']:g}"
    staged = replace(joints[0], details={**joints[0].details, "stage": stage})
    return tuple(staged if finding is joints[0] else finding for finding in found)
