"""Every job had one effect, and everything begun has come to one end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from bench.chaos.checks.table import Event, Table
from bench.chaos.checks.violation import Violation
from bench.chaos.checks.vocabulary import EXCLUSIVE, ONCE_PER

ENDS = {
    "documents": frozenset({"expected", "parsed", "analyzed", "failed"}),
    "matches": frozenset({"completed", "failed", "gated"}),
    "notifications": frozenset({"sent", "failed", "skipped"}),
}
"""`expected`: its bytes were never confirmed. `parsed`: it said nothing clinical."""


def check_effects(table: Table) -> Iterator[Violation]:
    """Jobs without an end or with two effects."""
    yield from _ended(table)
    yield from _once(table.events)
    yield from _exclusive(table.events)
    yield from _caused(table)
    yield from _finished(table)
    made = Counter(event.payload["resource_id"] for event in table.events if event.type == "fhir_resource_created")
    if missing := table.resources ^ set(made):
        yield Violation("a resource is told of if, and only if, it is there", ", ".join(sorted(missing)[:5]))


def _ended(table: Table) -> Iterator[Violation]:
    for job in table.jobs:
        if job.status not in ("done", "failed"):
            yield Violation("every job comes to an end", f"{job.kind} {job.id} is {job.status}")
    for name, ends in ENDS.items():
        open_still = [key for key, status in getattr(table, name).items() if status not in ends]
        yield from (Violation("everything begun comes to an end", f"{name} {key}") for key in open_still)
    answered = {f"msg_{answer[4:]}" for answer in _messages(table, "agent_response_generated")}
    for message in _messages(table, "chat_message_sent") - answered:
        yield Violation("every message is answered", message)


def _messages(table: Table, kind: str) -> set[str]:
    return {str(event.payload["message_id"]) for event in table.events if event.type == kind}


def _once(events: Iterable[Event]) -> Iterator[Violation]:
    counted = Counter((event.type, _about(event)) for event in events if event.type in ONCE_PER)
    for (kind, about), times in counted.items():
        if times > 1:
            names = ", ".join(sorted(str(name) for name in about if name is not None))
            yield Violation("one effect for any number of deliveries", f"{kind} of {names} recorded {times} times")


def _about(event: Event) -> frozenset[Any]:
    first, *others = (event.payload.get(field) for field in ONCE_PER[event.type])
    return frozenset([event.correlation if first is None else first, *others])


def _exclusive(events: Iterable[Event]) -> Iterator[Violation]:
    about: dict[str, set[str]] = {}
    for event in events:
        for one, other, field in EXCLUSIVE:
            if event.type in (one, other):
                about.setdefault(event.payload[field], set()).add(event.type)
    for name, ends in about.items():
        if len(ends) > 1:
            yield Violation("a thing has one end", f"{name}: {' and '.join(sorted(ends))}")


def _caused(table: Table) -> Iterator[Violation]:
    """A fact has exactly the jobs that it causes."""
    jobs = Counter((job.event, job.kind) for job in table.jobs)
    for event in table.events:
        for kind in _jobs_of(event):
            if jobs.pop((event.id, kind), 0) != 1:
                yield Violation("a fact causes each of its jobs once", f"{kind} of {event.type} {event.id}")
    for (event_id, kind), times in jobs.items():
        yield Violation("no job without its fact", f"{times} {kind} of {event_id}")


def _jobs_of(event: Event) -> Iterator[str]:
    said = event.payload
    if event.type == "document_uploaded":
        yield "document-parse"
    if event.type == "document_parsed" and said["clinical"]:
        yield "clinical-extract"
    if (
        event.type == "document_failed"
        or (event.type == "patient_registered" and said["welcome"])
        or (event.type == "match_completed" and said["providers"])
    ):
        yield "notification"


def _finished(table: Table) -> Iterator[Violation]:
    """A job that is done has done its work; one that failed has left no half of it."""
    seen = {(event.type, event.payload.get("document_id")) for event in table.events}
    ended = {"document-parse": "document_parsed", "clinical-extract": "document_analyzed"}
    for job in table.jobs:
        if job.kind == "notification":
            yield from _told(job.status, str(job.body["notification_id"]), table)
        elif ((ended[job.kind], job.body["document_id"]) in seen) != (job.status == "done"):
            yield Violation("a job's status is its effect's", f"{job.kind} {job.id} is {job.status}")


def _told(status: str, notification: str, table: Table) -> Iterator[Violation]:
    became = table.notifications.get(notification)
    if became is None or (became == "failed") != (status == "failed"):
        yield Violation("a job's status is its effect's", f"notification {notification}: {status}, {became}")
