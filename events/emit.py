"""The only way a fact is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError, transaction
from pydantic import ValidationError

from curaway import context, log
from events import wakeup
from events.errors import EventNotRecorded
from events.grammar import REGISTRY, EventPayload
from events.models import Event, Job
from events.outbox import nudge

logger = log.get(__name__)


def emit_event(
    event_type: str,
    tenant_id: str,
    patient_id: str | None,
    payload: EventPayload | Mapping[str, Any],
    actor_id: str | None = None,
    correlation_id: str | None = None,
) -> Event:
    """Record a fact, with the jobs it causes, in the caller's transaction, and wake its listeners after commit.

    `payload` is the type's payload class or a mapping of its fields; both are validated, unknown fields are
    refused. `actor_id` and `correlation_id` default to those of the request being served. Emit last in a
    transaction: the patient's stream is locked from here to the commit, which is what keeps positions dense
    and in commit order. Raises `EventNotRecorded` (EVENT_EMIT_001); the surrounding transaction then rolls
    back, even when the caller catches it. Returns the event, with its position.
    """
    try:
        kind, fact = _validated(event_type, payload)
        with transaction.atomic(savepoint=False):
            event = _write(kind, fact, tenant_id, patient_id, actor_id, correlation_id)
            jobs = [_job(kind_of_job, event, fact) for kind_of_job in fact.jobs()]
            Job.objects.bulk_create(jobs)
    except (ValidationError, DatabaseError, _Unrecordable) as refused:
        _roll_back()
        # The cause may quote the payload or the row, so neither is chained nor logged.
        logger.error("event_not_recorded", event_type=str(event_type)[:100], cause=type(refused).__name__)
        raise EventNotRecorded from None
    if event.position is not None:
        transaction.on_commit(partial(wakeup.ring, wakeup.Grown(tenant_id, str(patient_id), event.position)))
    if jobs:
        transaction.on_commit(nudge)
    return event


aemit_event = sync_to_async(emit_event, thread_sensitive=True)
"""`emit_event` for async callers: a transaction of its own, in a worker thread."""


class _Unrecordable(Exception):
    pass


def _validated(event_type: str, payload: EventPayload | Mapping[str, Any]) -> tuple[type[EventPayload], EventPayload]:
    kind = REGISTRY.get(event_type)
    if kind is None:
        raise _Unrecordable
    if isinstance(payload, EventPayload):
        if not isinstance(payload, kind):
            raise _Unrecordable
        # Checked again: `model_construct` and `model_copy` skip validation.
        payload = payload.model_dump()
    return kind, kind.model_validate(dict(payload))


def _write(
    kind: type[EventPayload],
    fact: EventPayload,
    tenant_id: str,
    patient_id: str | None,
    actor_id: str | None,
    correlation_id: str | None,
) -> Event:
    ambient = context.current()
    if not tenant_id or (kind.streams_as is not None and not patient_id):
        raise _Unrecordable
    return Event.objects.create(
        event_type=kind.records,
        tenant_id=tenant_id,
        patient_id=patient_id,
        payload=_storable(fact.model_dump(mode="json")),
        actor_id=actor_id if actor_id is not None else ambient.actor_id,
        correlation_id=correlation_id or ambient.correlation_id,
        locale=ambient.locale,
        source_service=ambient.source_service,
        client_type=ambient.client_type,
        api_version=ambient.api_version,
    )


def _job(kind: StrEnum, event: Event, fact: EventPayload) -> Job:
    return Job(
        kind=kind,
        tenant_id=event.tenant_id,
        patient_id=event.patient_id or "",
        correlation_id=event.correlation_id,
        event=event,
        body=fact.job_body(kind, event.id),
    )


def _storable(value: Any) -> Any:
    """The value without what jsonb can't hold: NUL and lone surrogates become U+FFFD, so nothing else is lost."""
    if isinstance(value, str):
        clean = value.replace("\x00", "\ufffd")
        return clean.encode("utf-8", "replace").decode() if any("\ud800" <= c <= "\udfff" for c in clean) else clean
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value


def _roll_back() -> None:
    if transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)
