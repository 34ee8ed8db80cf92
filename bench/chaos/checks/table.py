"""What the database holds when all is quiet, read with plain SQL."""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg


class Event(NamedTuple):
    """A row of the log; `at` is seconds since 1970."""

    id: str
    type: str
    tenant: str
    patient: str | None
    payload: dict[str, Any]
    correlation: str
    position: int | None
    at: float


class Job(NamedTuple):
    """A row of the outbox; `event` is the id of the fact that caused it."""

    id: str
    kind: str
    status: str
    event: str | None
    body: dict[str, Any]
    error: str = ""


class Table(NamedTuple):
    """Everything the checker looks at; documents, matches and notifications by id, with their status."""

    events: list[Event]
    jobs: list[Job]
    heads: dict[tuple[str, str], int]
    documents: dict[str, str]
    matches: dict[str, str]
    notifications: dict[str, str]
    resources: frozenset[str]


EVENTS_SQL = """
SELECT id::text, event_type, tenant_id, patient_id, payload, correlation_id, position,
       extract(epoch FROM created_at)::float
FROM events ORDER BY tenant_id, patient_id, position, created_at
"""


def read(url: str) -> Table:
    """The whole of it, from one snapshot."""
    with psycopg.connect(url) as open_one:
        open_one.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

        def rows(statement: str) -> list[tuple[Any, ...]]:
            return open_one.execute(statement).fetchall()  # type: ignore[arg-type]

        return Table(
            events=[Event(*row) for row in rows(EVENTS_SQL)],
            jobs=[
                Job(*row)
                for row in rows("SELECT id::text, kind, status, event_id::text, body, last_error FROM events_job")
            ],
            heads={
                (tenant, patient): position
                for tenant, patient, position in rows("SELECT tenant_id, patient_id, position FROM events_streamhead")
            },
            documents=dict(rows("SELECT id, status FROM patients_document")),  # type: ignore[arg-type]
            matches=dict(rows("SELECT id, status FROM patients_match")),  # type: ignore[arg-type]
            notifications=dict(rows("SELECT id, status FROM patients_notification")),  # type: ignore[arg-type]
            resources=frozenset(row[0] for row in rows("SELECT id FROM patients_fhirresource")),
        )
