"""Hearing what this process records, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save

from events.models import Event


class CapturedEvents:
    """The facts recorded while it listened, in the order of recording.

    `recorded` holds all of them; `committed` only those whose transaction was committed, in the order of commit:
    what a stream would have carried. A fact that was rolled back is in the first and not in the second.
    """

    def __init__(self) -> None:
        self.recorded: list[Event] = []
        self.committed: list[Event] = []

    def types(self) -> list[str]:
        """The event types that were committed, in order."""
        return [str(event.event_type) for event in self.committed]

    def of(self, event_type: str, **fields: Any) -> list[Event]:
        """The committed events of that type with these payload fields or columns."""
        return [event for event in self.committed if event.event_type == event_type and matches(event, fields)]

    def _heard(self, instance: Event, created: bool, **_: Any) -> None:
        if created:
            self.recorded.append(instance)
            transaction.on_commit(lambda: self.committed.append(instance))


@contextmanager
def captured_events() -> Iterator[CapturedEvents]:
    """Everything that this process records inside of the block, from any thread.

    Aware of commits: inside of a test that runs in a transaction (Django's `TestCase`, pytest-django's `db`), which
    never commits, the callbacks that wait for a commit run when the block ends, as they would have.
    """
    captured = CapturedEvents()
    with ExitStack() as until:
        if transaction.get_connection().in_atomic_block:
            from django.test import TestCase

            until.enter_context(TestCase.captureOnCommitCallbacks(execute=True))
        post_save.connect(captured._heard, sender=Event, weak=False)
        until.callback(post_save.disconnect, captured._heard, sender=Event)
        yield captured


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
