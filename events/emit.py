"""The only way a fact is recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from enum import StrEnum
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection, transaction
from django.db.models.signals import post_save
from pydantic import ValidationError

from curaway import context, log, prepared
from events import wakeup
from events.errors import EventNotRecorded
from events.grammar import REGISTRY, EventPayload
from events.models import Event, Job, new_id
from events.outbox import nudge
from events.sealing import keys
from events.sealing import payload as payloads
from events.sealing.master import KeyUnusable
from events.sealing.payload import Place

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
    back, even when the caller catches it. Returns the event, with its position; its payload is plain, the database
    holds its protected fields sealed. Of an erased person no protected field is recorded any more.
    """
    try:
        kind, fact = _validated(event_type, payload)
        jobs = fact.jobs()
        # One row is a transaction by itself; asking for one would double the round trips.
        with transaction.atomic(savepoint=False) if jobs else nullcontext():
            event = _write(kind, fact, tenant_id, patient_id, actor_id, correlation_id)
            if jobs:
                Job.objects.bulk_create([_job(kind_of_job, event, fact) for kind_of_job in jobs])
    except (ValidationError, DatabaseError, keys.KeyDestroyed, KeyUnusable, _Unrecordable) as refused:
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
    return _recorded(
        kind,
        {
            "id": new_id(),
            "event_type": str(kind.records),
            "tenant_id": tenant_id,
            "actor_id": actor_id if actor_id is not None else ambient.actor_id,
            "patient_id": patient_id,
            "payload": _storable(fact.model_dump(mode="json")),
            "correlation_id": correlation_id or ambient.correlation_id,
            "locale": ambient.locale,
            "source_service": ambient.source_service,
            "api_version": ambient.api_version,
            "client_type": ambient.client_type,
        },
    )


INSERT_SQL = """
INSERT INTO events (id, event_type, tenant_id, actor_id, patient_id, payload, correlation_id, locale, source_service,
                    api_version, client_type)
SELECT %(id)s::uuid, %(event_type)s, %(tenant_id)s::varchar, %(actor_id)s, %(patient_id)s, %(payload)s::jsonb,
       %(correlation_id)s, %(locale)s, %(source_service)s, %(api_version)s, %(client_type)s
WHERE %(key)s::uuid IS NULL OR EXISTS (
    SELECT FROM events_patientkey
    WHERE id = %(key)s::uuid AND tenant_id = %(tenant_id)s::varchar AND wrapped IS NOT NULL
)
RETURNING created_at, position
"""
# Plain SQL, prepared: what it saves beside the ORM's insert is what ringing the bell costs. Nothing is written under a
# key that is not there any more: a remembered one may have been destroyed, or be of a database that was put back.


def _recorded(kind: type[EventPayload], facts: dict[str, Any]) -> Event:
    written = _insert(kind, facts)
    if written is None:
        keys.forget(facts["tenant_id"], facts["patient_id"] or "")
        written = _insert(kind, facts)
    if written is None:
        raise _Unrecordable
    event = Event.from_db(connection.alias, [*facts, "created_at", "position"], [*facts.values(), *written])
    # As the ORM would have told those who listen for new rows.
    post_save.send(Event, instance=event, created=True, raw=False, using=connection.alias, update_fields=None)
    return event


def _insert(kind: type[EventPayload], facts: dict[str, Any]) -> tuple[Any, ...] | None:
    """What the database gave the row; None when the key that it was sealed with is gone."""
    payload, key_id = facts["payload"], None
    if fields := payloads.to_seal(payload, kind.phi_fields()):
        place = Place(facts["tenant_id"], facts["patient_id"], facts["id"])
        key_id, cipher = keys.for_sealing(place.tenant_id, place.patient_id)
        payload = payloads.sealed(payload, fields, place, cipher)
    with prepared.cursor() as sql:
        sql.execute(INSERT_SQL, {**facts, "payload": json.dumps(payload), "key": key_id})
        written: tuple[Any, ...] | None = sql.fetchone()
        return written


def _job(kind: StrEnum, event: Event, fact: EventPayload) -> Job:
    return Job(
        kind=kind,
        tenant_id=event.tenant_id,
        patient_id=event.patient_id or "",
        correlation_id=event.correlation_id,
        event=event,
        body=fact.job_body(kind, event.id),
        traceparent=context.current().traceparent or "",
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
