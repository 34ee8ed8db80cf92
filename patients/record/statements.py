"""What a source says about a patient's health, one thing at a time, ready to be compared."""

from __future__ import annotations

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from patients.clinical.findings import Assertion, Coding, Finding, Findings, Kind
from patients.clinical.no_allergy import denies, is_none_known

RESOURCE_TYPES: Mapping[Kind, str] = {
    Kind.CONDITION: "Condition",
    Kind.MEDICATION: "MedicationStatement",
    Kind.ALLERGY: "AllergyIntolerance",
    Kind.OBSERVATION: "Observation",
    Kind.PROCEDURE: "Procedure",
}
COMPARED: Mapping[Kind, tuple[str, ...]] = {
    Kind.CONDITION: ("status",),
    Kind.MEDICATION: ("status", "dose_value", "times_per_day"),
    Kind.ALLERGY: ("severity",),
    Kind.OBSERVATION: ("value", "components"),
    Kind.PROCEDURE: ("date",),
}
"""The details in which two sources can't both be right; the others only say more, or less."""

UNITS: Mapping[str, str] = {"dose_value": "dose_unit", "value": "unit"}
"""Quantities are compared where they are told in the same unit."""


def new_resource_id() -> str:
    # A hyphen, unlike our other ids: FHIR's `id` takes no underscore, and this one is in the resource itself.
    return f"fhir-{secrets.token_hex(12)}"


class Origin(NamedTuple):
    """Where a statement comes from: a `models.Source`, and the id of the document or message."""

    source: str
    source_id: str

    @property
    def voice(self) -> tuple[str, ...]:
        """Who speaks: a document speaks for itself, a patient with one voice in all their messages."""
        return (self.source,) if self.source in ("chat", "self_report") else (self.source, self.source_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that one source says; `details` are the finding's, with the status that FHIR gives it."""

    id: str
    kind: Kind
    code_system: str = ""
    code: str = ""
    display: str = ""
    details: Mapping[str, Any]
    origin: Origin
    confidence: float
    recorded_at: datetime

    @property
    def subject(self) -> tuple[str, ...]:
        """What it is about, sides apart; two statements about the same are compared."""
        name = (self.code_system, self.code) if self.code else (fold(self.display),)
        return (self.kind, *name, *self._occasion())

    @property
    def side(self) -> str:
        return str(self.details.get("laterality", ""))

    @property
    def fingerprint(self) -> str:
        said = [*self.subject, self.side, sorted(self.details.items())]
        return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()

    @property
    def is_denial(self) -> bool:
        """It says that no allergy is known."""
        return is_none_known(self._coding)

    def denies(self, other: Statement) -> bool:
        """Whether the other names an allergy that this says there is none of."""
        return self.is_denial and other.kind is Kind.ALLERGY and denies(self._named, other._coding)

    def contradicts(self, other: Statement) -> bool:
        return any(self._differs(other, name) for name in COMPARED[self.kind])

    def adds_to(self, other: Statement) -> bool:
        """Whether it says anything about the same that the other does not."""
        return any(other.details.get(name) != value for name, value in self.details.items())

    @property
    def _coding(self) -> Coding | None:
        return self._named if self.code else None

    @property
    def _named(self) -> Coding:
        return Coding(self.code_system, self.code, self.display)

    def _occasion(self) -> tuple[str, ...]:
        # A value of another day is another measurement; what is planned is not what was done.
        if self.kind is Kind.OBSERVATION:
            return (str(self.details.get("effective", "")),)
        return (str(self.details.get("status", "")),) if self.kind is Kind.PROCEDURE else ()

    def _differs(self, other: Statement, name: str) -> bool:
        if name not in self.details or name not in other.details:
            return False
        unit = UNITS.get(name)
        same_unit = unit is None or self.details.get(unit) == other.details.get(unit)
        return same_unit and self.details[name] != other.details[name]


MEDICATION_STATUS = {Assertion.HISTORICAL: "completed", Assertion.STOPPED: "stopped", Assertion.PLANNED: "intended"}
PROCEDURE_STATUS = {"planned": "preparation", "done": "completed"}


def status(finding: Finding) -> str:
    """The status of FHIR R4 that the finding's resource has."""
    match finding.kind:
        case Kind.CONDITION:
            return "resolved" if finding.assertion is Assertion.HISTORICAL else "active"
        case Kind.MEDICATION:
            return MEDICATION_STATUS.get(finding.assertion, "active")
        case Kind.PROCEDURE:
            return PROCEDURE_STATUS.get(finding.details.get("status", ""), "unknown")
        case Kind.OBSERVATION:
            return "final"
        case Kind.ALLERGY:
            return "active"


def said(findings: Findings) -> Iterator[Finding]:
    """What the findings say of this patient, each thing once.

    Two mentions that agree are one, the surer with the details of both; two that don't are both kept.
    """
    kept: list[Finding] = []
    for told in sorted(findings.asserted(), key=lambda finding: -finding.confidence):
        place = next((number for number, other in enumerate(kept) if _agree(other, told)), None)
        if place is None:
            kept.append(told)
        else:
            kept[place] = replace(kept[place], details={**told.details, **kept[place].details})
    yield from sorted(kept, key=lambda finding: (finding.page or 0, finding.span))


def statement(finding: Finding, *, id: str, origin: Origin, now: datetime) -> Statement:
    """The finding, one of `said`, as something this source says."""
    coding = finding.coding
    return Statement(
        id=id,
        kind=finding.kind,
        code_system=coding.system if coding else "",
        code=coding.code if coding else "",
        display=(coding.display if coding else finding.text)[:300],
        details={**finding.details, "status": status(finding)},
        origin=origin,
        confidence=finding.confidence,
        recorded_at=now,
    )


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """How many of each kind, under the names of the summary."""
    kinds = [finding.kind for finding in findings]
    return {plural(kind): kinds.count(kind) for kind in Kind}


def plural(kind: Kind) -> str:
    """The kind's name in the summary."""
    return "allergies" if kind is Kind.ALLERGY else f"{kind}s"


def fold(text: str) -> str:
    """The text as it is compared: without case, accents' spelling, or extra spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


NOBODY, NEVER = Origin("", ""), datetime.min.replace(tzinfo=UTC)


def _agree(one: Finding, other: Finding) -> bool:
    first, second = (statement(finding, id="", origin=NOBODY, now=NEVER) for finding in (one, other))
    sides = {first.side, second.side} - {""}
    return first.subject == second.subject and len(sides) < 2 and not first.contradicts(second)
