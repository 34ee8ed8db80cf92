"""Hearing what this process records, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save

from events.grammar import EventPayload
from events.models import Event

Kind = str | type[EventPayload]
"""A stored event type, a member of `EventType`, or the payload's class."""


class CapturedEvents:
    """The facts recorded while it listened, in the order of recording.

    `recorded` holds all of them; `committed` only those whose transaction was committed, in the order of commit:
    what a stream would have carried. A fact that was rolled back is in the first and not in the second. Where several
    threads commit at once, their order is that of the facts' `position`.
    """

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields
        self.recorded: list[Event] = []
        self.committed: list[Event] = []

    def types(self) -> list[str]:
        """The event types that were committed, in order."""
        return [str(event.event_type) for event in self.committed]

    def of(self, kind: Kind, /, **fields: Any) -> list[Event]:
        """The committed events of that kind with these payload fields or columns."""
        wanted = {"event_type": event_type(kind), **fields}
        return [event for event in self.committed if matches(event, wanted)]

    def _heard(self, instance: Event, created: bool, **_: Any) -> None:
        if created and matches(instance, self._fields):
            self.recorded.append(instance)
            transaction.on_commit(lambda: self.committed.append(instance))


@contextmanager
def captured_events(**fields: Any) -> Iterator[CapturedEvents]:
    """Everything that this process records inside of the block, from any thread, with these payload fields or
    columns: `patient_id=…` leaves out what the server does for others meanwhile.

    Aware of commits: inside of a test that runs in a transaction (Django's `TestCase`, pytest-django's `db`), which
    never commits, the callbacks that wait for a commit run when the block ends, as they would have.
    """
    captured = CapturedEvents(fields)
    with ExitStack() as until:
        if transaction.get_connection().in_atomic_block:
            from django.test import TestCase

            until.enter_context(TestCase.captureOnCommitCallbacks(execute=True))
        post_save.connect(captured._heard, sender=Event, weak=False)
        until.callback(post_save.disconnect, captured._heard, sender=Event)
        yield captured


def event_type(kind: Kind) -> str:
    return kind if isinstance(kind, str) else str(kind.records)


COLUMNS = frozenset(field.name for field in Event._meta.get_fields()) - {"payload", "jobs"}


def matches(event: Event, fields: dict[str, Any]) -> bool:
    """Whether the event has all these values: of its payload, or of a column where the payload has no such field."""
    return all(value_of(event, name) == value for name, value in fields.items())


def value_of(event: Event, name: str) -> Any:
    """A field of the payload, else a column; `MISSING` when it is neither."""
    if name in event.payload:
        return event.payload[name]
    return getattr(event, name) if name in COLUMNS else MISSING


MISSING = object()
