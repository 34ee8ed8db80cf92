"""Asking the deterministic engine one thing at a time."""

from patients.clinical.engine import DeterministicEngine
from patients.clinical.findings import Finding, Findings, Kind


def found(text: str, *, locale: str = "en") -> Findings:
    return DeterministicEngine().extract(text.split("\f"), locale=locale)


def one(text: str, kind: Kind, code: str | None, *, locale: str = "en") -> Finding:
    """The only finding with this code; the text's other findings are said when there is none, or several."""
    findings = found(text, locale=locale)
    right = [f for f in findings.of(kind) if (f.coding.code if f.coding else None) == code]
    assert len(right) == 1, [(f.coding and f.coding.code, f.assertion.value, f.text) for f in findings]
    return right[0]


def said(text: str, kind: Kind = Kind.CONDITION, *, locale: str = "en") -> list[tuple[str | None, str]]:
    """Code and assertion of everything of this kind, in order."""
    return [(f.coding.code if f.coding else None, f.assertion.value) for f in found(text, locale=locale).of(kind)]
