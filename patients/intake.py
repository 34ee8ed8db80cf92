"""How complete a patient's intake is, 0-1: a weighted sum over six categories.

The thought is a pure function over facts; `update_intake` gathers the facts and records what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from events.emit import emit_event
from events.models import Event
from events.registry import EventType, IntakeProgressUpdated
from patients import queries
from patients.models import REQUIRED_PURPOSES, Patient
from patients.record import queries as record

WEIGHTS: Mapping[str, float] = {
    "demographics": 0.15,
    "medical_history": 0.25,
    "procedure_specific": 0.25,
    "preferences": 0.10,
    "documents": 0.15,
    "consent": 0.10,
}
PREFERENCE_KEYS = ("destination", "budget", "timeframe", "companion")
"""What the patient is asked about; other preferences are kept and don't count."""

HISTORY_KINDS = ("conditions", "medications", "allergies")
PROCEDURE_KINDS = ("observations", "procedures")
DOCUMENTS_FOR_ALL = 2
"""So many analyzed documents fill their category."""

DIGITS = 4


@dataclass(frozen=True, kw_only=True)
class IntakeFacts:
    """What the intake's completeness depends on; `findings` counts the clinical record's entries per kind."""

    demographics: tuple[Any, ...]
    preferences: Mapping[str, Any]
    procedure_interest: str
    analyzed_documents: int
    granted: frozenset[str]
    findings: Mapping[str, int] = field(default_factory=dict)


def progress(facts: IntakeFacts) -> tuple[float, dict[str, float]]:
    """The weighted progress and each category's share, rounded to four digits."""
    half_documented = 0.5 if facts.procedure_interest else 0.0
    categories = {
        "demographics": _share(facts.demographics),
        "medical_history": _share(facts.findings.get(kind) for kind in HISTORY_KINDS),
        "procedure_specific": half_documented + _share(facts.findings.get(kind) for kind in PROCEDURE_KINDS) / 2,
        "preferences": _share(facts.preferences.get(key) for key in PREFERENCE_KEYS),
        "documents": min(1.0, facts.analyzed_documents / DOCUMENTS_FOR_ALL),
        "consent": _share(purpose in facts.granted for purpose in REQUIRED_PURPOSES),
    }
    total = sum(WEIGHTS[name] * share for name, share in categories.items())
    return round(total, DIGITS), {name: round(share, DIGITS) for name, share in categories.items()}


def facts_of(patient: Patient) -> IntakeFacts:
    """The patient's facts as they stand in the current transaction."""
    return facts_from(
        patient,
        granted=queries.granted(patient),
        analyzed_documents=queries.analyzed_documents(patient),
        findings=record.findings(patient),
    )


def facts_from(
    patient: Patient, *, granted: frozenset[str], analyzed_documents: int, findings: Mapping[str, int]
) -> IntakeFacts:
    """The same from what was read before."""
    return IntakeFacts(
        demographics=_demographics(patient),
        preferences=patient.preferences,
        procedure_interest=patient.procedure_interest,
        analyzed_documents=analyzed_documents,
        granted=granted,
        findings=findings,
    )


def begin_intake(patient: Patient) -> None:
    """Store where the intake begins; nobody listens yet, so nothing is recorded."""
    patient.intake_progress, _ = progress(facts_of(patient))
    patient.save(update_fields=["intake_progress"])


def update_intake(patient: Patient, *, before: Mapping[str, float] | None = None) -> Event | None:
    """Record the intake's progress when it has changed; the last thing in a change to the patient.

    `patient` is one that `queries.locked_patient` returned in this transaction, so that of two changes at once
    the second sees the first. `before`: the categories' shares before a change that may have moved several of
    them against each other, which their sum does not show.
    """
    now, categories = progress(facts_of(patient))
    previous = patient.intake_progress
    if now == previous and before in (None, categories):
        return None
    patient.intake_progress = now
    patient.save(update_fields=["intake_progress"])
    return emit_event(
        EventType.INTAKE_PROGRESS_UPDATED,
        patient.tenant_id,
        patient.id,
        IntakeProgressUpdated(progress=now, previous=previous, categories=categories),
    )


def _demographics(patient: Patient) -> tuple[Any, ...]:
    """The fields that count; one way to reach the patient is enough."""
    return (
        patient.first_name,
        patient.last_name,
        patient.email or patient.phone,
        patient.date_of_birth,
        patient.sex,
        patient.country,
    )


def _share(parts: Iterable[Any]) -> float:
    filled = [bool(part) for part in parts]
    return sum(filled) / len(filled)
