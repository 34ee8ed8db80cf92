"""Access records into the database: those of many streams in one statement."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from curaway import prepared


class Opened(NamedTuple):
    """A stream that was opened."""

    id: uuid.UUID
    tenant_id: str
    patient_id: str
    actor_id: str
    role: str
    correlation_id: str
    process: uuid.UUID
    process_name: str
    position_from: int
    opened_at: datetime


class Ended(NamedTuple):
    """How a recorded stream ended."""

    id: uuid.UUID
    tenant_id: str
    position_to: int
    ended_at: datetime
    reason: str


OPENED_SQL = """
INSERT INTO events_accessrecord (id, tenant_id, patient_id, actor_id, role, correlation_id, process, process_name,
                                 position_from, opened_at, reason)
SELECT opened.*, ''
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::text[],
            %s::bigint[], %s::timestamptz[]) AS opened
ON CONFLICT (id) DO NOTHING
"""
ENDED_SQL = """
UPDATE events_accessrecord AS record
SET position_to = ended.position_to, ended_at = ended.ended_at, reason = ended.reason
FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::timestamptz[], %s::text[])
     AS ended(id, tenant_id, position_to, ended_at, reason)
WHERE record.id = ended.id AND record.tenant_id = ended.tenant_id
  AND (record.ended_at IS NULL OR record.reason = 'process_ended')
"""


def write(opened: Sequence[Opened], ended: Sequence[Ended]) -> None:
    """One statement for all that opened and one for all that ended; doing it again changes nothing."""
    with prepared.cursor() as sql:
        for statement, rows in ((OPENED_SQL, opened), (ENDED_SQL, ended)):
            if rows:
                sql.execute(statement, [prepared.array(list(column)) for column in zip(*rows, strict=True)])
