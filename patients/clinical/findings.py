"""What was found in a text: the one interface between reading a text and keeping a record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from typing_extensions import TypedDict

ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CPT = "http://www.ama-assn.org/go/cpt"
SNOMED = "http://snomed.info/sct"


class Kind(StrEnum):
    CONDITION = "condition"
    MEDICATION = "medication"
    ALLERGY = "allergy"
    OBSERVATION = "observation"
    PROCEDURE = "procedure"


class Assertion(StrEnum):
    """How the text means it. Only PRESENT, HISTORICAL, STOPPED and PLANNED say something of this patient's record."""

    PRESENT = "present"
    NEGATED = "negated"
    FAMILY = "family"
    HISTORICAL = "historical"
    UNCERTAIN = "uncertain"
    STOPPED = "stopped"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Coding:
    """`system` is the URI that FHIR gives the code system."""

    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the text says. `coding` is None when it is understood but not in our vocabulary.

    `text` is exactly `pages[page - 1][span[0]:span[1]]`. `confidence` is 0..1. What `details` may hold is said
    by the kind's class below; a key is there only when the text says it.
    """

    kind: Kind
    text: str
    coding: Coding | None
    assertion: Assertion
    confidence: float
    page: int | None
    span: tuple[int, int]
    details: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise ValueError("confidence is 0..1")


class ConditionDetails(TypedDict, total=False):
    laterality: str
    """left, right or bilateral."""
    severity: str
    """mild, moderate or severe."""
    stage: str
    """As written: "grade 4", "stage II", "NYHA II"."""


class MedicationDetails(TypedDict, total=False):
    dose_value: float
    dose_unit: str
    """UCUM, or {tablet}, {puff}, {drop}, {capsule}; in the text's own size, never converted."""
    times_per_day: float
    frequency: str
    """As written: "twice daily", "BD", "1-0-1"."""
    as_needed: bool
    route: str
    """oral, subcutaneous, inhaled, …"""
    since: str
    """As written: "2019", "March 2021"."""


class AllergyDetails(TypedDict, total=False):
    reaction: str
    """As written."""
    severity: str
    """mild, moderate or severe."""


class ObservationDetails(TypedDict, total=False):
    value: float | str
    """A number, or the text's own word ("negative")."""
    comparator: str
    """<, <=, > or >=, when the laboratory gave a bound."""
    unit: str
    """UCUM."""
    low: float
    high: float
    interpretation: str
    """H, L or N: the text's own flag, or read off its reference range; of neither, nothing."""
    effective: str
    """YYYY-MM-DD, YYYY-MM or YYYY."""
    components: list[dict[str, Any]]
    """Blood pressure: one per value, each with code, display, value and unit."""


class ProcedureDetails(TypedDict, total=False):
    laterality: str
    status: str
    """planned or done."""
    date: str
    """YYYY-MM-DD, YYYY-MM or YYYY."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of one text, in the order of their place in it."""

    findings: tuple[Finding, ...] = ()

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def asserted(self) -> "Findings":
        """Those that say something of this patient: not denied, not a relative's, not a mere suspicion."""
        return Findings(tuple(finding for finding in self.findings if finding.assertion in ASSERTED))

    def of(self, kind: Kind) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.kind is kind)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind; every kind has an entry."""
        return {kind.value: len(self.of(kind)) for kind in Kind}


ASSERTED = {Assertion.PRESENT, Assertion.HISTORICAL, Assertion.STOPPED, Assertion.PLANNED}
