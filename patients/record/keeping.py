"""Keeping what a source says in the record: the rows, and the facts that tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from events.emit import emit_event
from events.grammar import EventPayload
from events.registry import ClinicalEntitiesExtracted, EhrConflictDetected, FhirResourceCreated
from patients.models import FhirResource, Patient
from patients.record.analysis import Told
from patients.record.merge import Merged, merge
from patients.record.queries import live, statement_of
from patients.record.statements import RESOURCE_TYPES, Origin, Statement, counted, statement


def keep(patient: Patient, told: Sequence[Told], *, origin: Origin, now: datetime) -> None:
    """Merge what the source says into the record, and record what came of it; in the caller's transaction.

    `patient` is locked, so that of two sources at once the second sees the first. The same words again have no
    effect but the fact that they were read.
    """
    known = {row.pk: row for row in live(patient).defer("body")}
    merged = merge(
        [statement_of(row) for row in known.values()],
        [statement(one.finding, id=one.id, origin=origin, now=now) for one in told],
    )
    settled = _settled(known, merged)
    shown, hidden = _arrange(known, merged)
    added = {statement.id: statement for statement in merged.added}
    FhirResource.objects.bulk_create(
        _row(patient, one, place, added[one.id], merged) for place, one in enumerate(told) if one.id in added
    )
    for fact in _facts(merged, origin):
        _emit(patient, fact)
    _emit(
        patient,
        ClinicalEntitiesExtracted(
            document_id=_document(origin),
            **counted(one.finding for one in told),
            shown=shown,
            hidden=hidden,
            settled=settled,
        ),
    )


def _settled(known: Mapping[str, FhirResource], merged: Merged) -> list[str]:
    """The ids of those that a source contradicted, and none does any more."""
    before = {row.conflict_with_id for row in known.values() if row.conflict_with_id}
    return sorted(before - {place.conflict_with for place in merged.places.values()})


def _arrange(known: Mapping[str, FhirResource], merged: Merged) -> tuple[list[str], list[str]]:
    """Give the rows their standing; the ids of those that are shown from now on, and of those no longer."""
    shown: list[str] = []
    hidden: list[str] = []
    for row in known.values():
        place = merged.places.get(row.pk)
        canonical = place is not None and place.canonical
        if canonical != row.canonical:
            (shown if canonical else hidden).append(row.pk)
        standing = (canonical, place.conflict_with if place else None, merged.superseded.get(row.pk))
        if standing != (row.canonical, row.conflict_with_id, row.superseded_by_id):
            row.canonical, row.conflict_with_id, row.superseded_by_id = standing
            row.save(update_fields=["canonical", "conflict_with", "superseded_by"])
    return shown, hidden


def _row(patient: Patient, told: Told, place: int, added: Statement, merged: Merged) -> FhirResource:
    standing = merged.places[added.id]
    return FhirResource(
        id=added.id,
        patient=patient,
        tenant_id=patient.tenant_id,
        resource_type=RESOURCE_TYPES[added.kind],
        code_system=added.code_system,
        code=added.code,
        display=added.display,
        details=added.details,
        body=told.body,
        source=added.origin.source,
        source_id=added.origin.source_id,
        place=place,
        page=told.finding.page,
        confidence=added.confidence,
        fingerprint=added.fingerprint,
        recorded_at=added.recorded_at,
        effective_at=_day(added),
        canonical=standing.canonical,
        conflict_with_id=standing.conflict_with,
    )


def _day(added: Statement) -> date | None:
    """The first day of the time it speaks of; "2021-03" and "2021" are told that way too."""
    told = str(added.details.get("effective") or added.details.get("date") or "")
    try:
        return date.fromisoformat(told + "0001-01-01"[len(told) :]) if told else None
    except ValueError:
        return None


def _facts(merged: Merged, origin: Origin) -> list[EventPayload]:
    created = [
        FhirResourceCreated(
            resource_type=RESOURCE_TYPES[added.kind],
            resource_id=added.id,
            code=added.code or None,
            display=added.display,
            document_id=_document(origin),
            canonical=merged.places[added.id].canonical,
        )
        for added in merged.added
    ]
    conflicts = [
        EhrConflictDetected(
            resource_type=RESOURCE_TYPES[conflict.other.kind],
            kept_resource_id=conflict.kept.id,
            other_resource_id=conflict.other.id,
            display=conflict.kept.display,
        )
        for conflict in merged.conflicts
    ]
    return [*created, *conflicts]


def _document(origin: Origin) -> str | None:
    return origin.source_id if origin.source == "document" else None


def _emit(patient: Patient, fact: EventPayload) -> None:
    emit_event(fact.records, patient.tenant_id, patient.id, fact)
