"""Everything with one correlation id: a request, the facts it recorded, the jobs they caused and what those did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse

from events.admin.columns import after
from events.audit import audit_sentence
from events.models import Event, Job

LONGEST = 200
"""Events, and jobs, that a page shows of a thread: the first ones."""


class Entry(NamedTuple):
    """A line of the timeline."""

    at: datetime
    since_first: str
    address: str
    name: str
    sentence: str
    position: int | None
    job: Job | None
    patient_id: str | None
    is_current: bool


class Thread(NamedTuple):
    """A correlation id's entries in order of time, the first ones of them when `is_cut`."""

    correlation_id: str
    entries: list[Entry]
    is_cut: bool


def thread_of(shown: Event | Job) -> Thread:
    """The thread that an event or job is part of, with its own entry marked."""
    related = {"correlation_id": shown.correlation_id}
    events = list(Event.objects.filter(**related).order_by("created_at", "position", "id")[: LONGEST + 1])
    jobs = list(Job.objects.filter(**related).order_by("created_at", "id")[: LONGEST + 1])
    steps = _in_order(events, jobs)
    first = steps[0][0] if steps else shown.created_at
    return Thread(
        shown.correlation_id,
        [_entry(at, step, first, step.pk == shown.pk) for at, step in steps[:LONGEST]],
        is_cut=len(steps) > LONGEST,
    )


def _in_order(events: Iterable[Event], jobs: Iterable[Job]) -> list[tuple[datetime, Event | Job]]:
    steps: list[tuple[datetime, Event | Job]] = [(event.created_at, event) for event in events]
    steps += [(job.created_at, job) for job in jobs]
    # Stable: at the same moment events stay in order of position, and a job comes after its event.
    return sorted(steps, key=lambda step: step[0])


def _entry(at: datetime, step: Event | Job, first: datetime, is_current: bool) -> Entry:
    return Entry(
        at=at,
        since_first=after(first, at),
        address=reverse(f"admin:events_{step._meta.model_name}_change", args=[step.pk]),
        name=step.kind if isinstance(step, Job) else step.event_type,
        sentence="" if isinstance(step, Job) else audit_sentence(step),
        position=None if isinstance(step, Job) else step.position,
        job=step if isinstance(step, Job) else None,
        patient_id=step.patient_id,
        is_current=is_current,
    )
