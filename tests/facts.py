"""Facts recorded by tests."""

from __future__ import annotations

from typing import Any

from events import emit_event
from events.models import Event


def record(patient: Any, filename: str = "report.pdf", *, correlation_id: str = "corr-test") -> Event:
    """One streamed fact of the patient, in a transaction of its own unless there is one."""
    return emit_event(
        "document_parsing",
        patient.tenant_id,
        patient.id,
        {"document_id": "doc_test", "filename": filename},
        "user_test",
        correlation_id,
    )


def record_many(patient: Any, count: int, **fields: Any) -> list[Event]:
    return [record(patient, **fields) for _ in range(count)]


def positions(patient: Any) -> list[int]:
    """Every position of the patient's stream, as the table holds them, in order of position."""
    rows = Event.objects.filter(tenant_id=patient.tenant_id, patient_id=patient.id, position__isnull=False)
    return list(rows.order_by("position").values_list("position", flat=True))
