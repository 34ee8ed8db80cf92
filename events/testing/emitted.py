"""Assertions that read as sentences about facts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from events.models import Event
from events.testing.captured import MISSING, CapturedEvents, Kind, captured_events, event_type, value_of


class Emitted:
    """What `assert_emitted` gives: the fact, once its block has ended."""

    event: Event

    @property
    def payload(self) -> dict[str, Any]:
        fields: dict[str, Any] = self.event.payload
        return fields


@contextmanager
def assert_emitted(kind: Kind, /, **fields: Any) -> Iterator[Emitted]:
    """The block commits exactly one fact of this kind with these payload fields or columns (`patient_id=…`).

        with assert_emitted(DocumentUploaded, status="uploaded", actor_id="user_1") as emitted:
            confirm_upload(…)
        assert emitted.event.position == 1

    Raises AssertionError with what was emitted instead: the names of fields that differ, never their values.
    """
    emitted = Emitted()
    with captured_events() as captured:
        yield emitted
    found = captured.of(kind, **fields)
    if len(found) != 1:
        raise AssertionError(
            f"{len(found)} facts instead of one: {event_type(kind)}. {_instead(captured, kind, fields)}"
        )
    emitted.event = found[0]


@contextmanager
def assert_not_emitted(kind: Kind | None = None, /, **fields: Any) -> Iterator[None]:
    """The block commits no fact of this kind with these fields; one that is rolled back is none. Without a kind, no
    fact at all: `assert_not_emitted(patient_id=…)`."""
    with captured_events(**fields) as captured:
        yield
    found = captured.types() if kind is None else [event_type(kind)] * len(captured.of(kind))
    if found:
        raise AssertionError(f"{len(found)} facts that should not be: {', '.join(found)}")


def _instead(captured: CapturedEvents, kind: Kind, fields: dict[str, Any]) -> str:
    same = captured.of(kind)
    if same:
        return "; ".join(_difference(event, fields) for event in same)
    rolled_back = sum(event.event_type == event_type(kind) for event in captured.recorded)
    if rolled_back:
        return f"It was recorded {rolled_back} times, and its transaction was rolled back"
    return f"Committed were: {', '.join(captured.types()) or 'none'}"


def _difference(event: Event, fields: dict[str, Any]) -> str:
    other = [name for name, value in fields.items() if value_of(event, name) not in (MISSING, value)]
    unknown = [name for name in fields if value_of(event, name) is MISSING]
    said = [f"other value of {', '.join(other)}"] if other else []
    said += [f"no field {', '.join(unknown)}"] if unknown else []
    return f"event {event.pk}: {' and '.join(said) or 'the same'}"
