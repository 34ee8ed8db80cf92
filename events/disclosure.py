"""Showing what the log protects: on record before anybody sees it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

from django.db import transaction

from events.emit import emit_event
from events.models import Event
from events.registry import EventsExported, EventType, PhiViewed

SEVERAL_TENANTS = "*"
"""The tenant of a fact about events of more than one tenant; no tenant has this id."""


def disclose(event: Event, *, by: str) -> Any:
    """The event's whole payload, once it is committed that `by` looked at it.

    Raises `EventNotRecorded` when that can't be recorded; nothing is disclosed then.
    """
    record_look("event", str(event.pk), tenant_id=event.tenant_id, patient_id=event.patient_id, by=by)
    return event.payload


def record_look(record: str, record_id: str, *, tenant_id: str, patient_id: str | None, by: str) -> None:
    """Commit that `by` looks at the protected fields of a record of this kind, before they are shown.

    Raises `EventNotRecorded`; they must not be shown then.
    """
    # Durable: inside of another transaction the record could still be rolled back after the fields were shown.
    with transaction.atomic(durable=True):
        emit_event(
            EventType.PHI_VIEWED,
            tenant_id,
            patient_id,
            PhiViewed(record=record, record_id=record_id),
            actor_id=by,
        )


def record_export(events: Collection[Event], *, format_name: Literal["csv", "json"], protected: bool, by: str) -> None:
    """Commit that `by` is given these events as a file, with or without their protected fields.

    Raises `EventNotRecorded`; the file must not be given then.
    """
    tenants = {event.tenant_id for event in events}
    with transaction.atomic(durable=True):
        emit_event(
            EventType.EVENTS_EXPORTED,
            tenants.pop() if len(tenants) == 1 else SEVERAL_TENANTS,
            None,
            EventsExported(events=len(events), format=format_name, protected=protected),
            actor_id=by,
        )
