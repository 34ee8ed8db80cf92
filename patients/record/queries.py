"""Reading the record, always by tenant and patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from patients.models import FhirResource, Patient
from patients.record.statements import RESOURCE_TYPES, Origin, Statement, plural

KINDS = {resource_type: kind for kind, resource_type in RESOURCE_TYPES.items()}
PLURALS = {resource_type: plural(kind) for resource_type, kind in KINDS.items()}
"""Resource type → its list in the summary."""


def live(of: Patient) -> QuerySet[FhirResource]:
    """All that the sources say now, in the order in which it was recorded."""
    found = FhirResource.objects.filter(tenant_id=of.tenant_id, patient_id=of.id, superseded_by=None)
    return found.order_by("recorded_at", "source_id", "place")


def bodies(of: Patient, resource_type: str | None = None) -> list[dict[str, Any]]:
    """The resources as they are, those of one type or all."""
    found = live(of) if resource_type is None else live(of).filter(resource_type=resource_type)
    return list(found.values_list("body", flat=True))


def findings(of: Patient) -> Mapping[str, int]:
    """How many of each kind the summary shows."""
    return counts(live(of).filter(canonical=True).values_list("resource_type", flat=True))


def counts(resource_types: Iterable[str]) -> Mapping[str, int]:
    """How many of each kind, under the names of the summary."""
    return Counter(PLURALS[resource_type] for resource_type in resource_types)


def statement_of(row: FhirResource) -> Statement:
    return Statement(
        id=row.pk,
        kind=KINDS[row.resource_type],
        code_system=row.code_system,
        code=row.code,
        display=row.display,
        details=row.details,
        origin=Origin(row.source, row.source_id),
        confidence=row.confidence,
        recorded_at=row.recorded_at,
    )
