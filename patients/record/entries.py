"""The record's part of the summary: what the most believed source says about each thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patients.models import FhirResource
from patients.record.queries import PLURALS


def entries(resources: Sequence[FhirResource]) -> dict[str, list[dict[str, Any]]]:
    """The canonical resources by kind, every kind there, in the order of `resources`."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in PLURALS.values()}
    contested = {resource.conflict_with_id for resource in resources}
    for resource in resources:
        if resource.canonical:
            found[PLURALS[resource.resource_type]].append(_entry(resource, conflict=resource.pk in contested))
    return found


def _entry(resource: FhirResource, *, conflict: bool) -> dict[str, Any]:
    """The finding's details stand beside what every entry has; only those are there that the source tells."""
    return {
        **resource.details,
        "id": resource.pk,
        "code": resource.code or None,
        "code_system": resource.code_system or None,
        "display": resource.display,
        "source": resource.source,
        "source_id": resource.source_id,
        "confidence": resource.confidence,
        "conflict": conflict,
    }
