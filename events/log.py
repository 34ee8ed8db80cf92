"""Reading the log, a page at a time, always by tenant and patient."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from curaway import prepared
from events.question import Found, Question
from events.sealing.payload import Opener

PAGE_ROWS = 100
PAGE_BYTES = 256 * 1024
READ_BYTES = 16 * 1024 * 1024
"""Of all pages of one read together: the more there are, the smaller each of them."""


class StreamKey(NamedTuple):
    """Whose stream: a tenant's patient."""

    tenant_id: str
    patient_id: str

    @classmethod
    def of(cls, found: Found) -> StreamKey:
        """The key in a question's answer."""
        return cls(found["tenant_id"], found["patient_id"])


class Cursor(NamedTuple):
    """A place in a patient's stream; reading goes on after it."""

    key: StreamKey
    after: int


class Row(NamedTuple):
    """A streamed event as clients are told of it: texts, as the database wrote them. `occurred_at` is ISO 8601 in UTC,
    `payload` is JSON, its protected fields opened."""

    position: int
    event_id: str
    event_type: str
    occurred_at: str
    correlation_id: str
    payload: str


class Page(NamedTuple):
    """Rows in order of position; `has_more` when the page was cut by rows or bytes."""

    rows: list[Row]
    has_more: bool


KEY_SQL = """
CASE WHEN page.bytes_before = 0 THEN (
    SELECT wrapped FROM events_patientkey
    WHERE tenant_id = (%(tenants)s::text[])[page.cursor + 1] AND patient_id = (%(patients)s::text[])[page.cursor + 1]
) END
"""
"""What opens the page's payloads; it comes with the first row."""

READ_SQL = f"""
SELECT page.cursor, page.position, page.id, page.event_type, page.created_at, page.correlation_id, page.body,
       {KEY_SQL}, page.found
FROM (
    SELECT wanted.cursor, found.*
    FROM unnest(%(numbers)s::int[], %(tenants)s::text[], %(patients)s::text[], %(afters)s::bigint[])
         AS wanted(cursor, tenant_id, patient_id, after)
    CROSS JOIN LATERAL (
        SELECT rows.*,
               sum(octet_length(rows.body)) OVER (ORDER BY rows.position) - octet_length(rows.body) AS bytes_before,
               count(*) OVER () AS found
        FROM (
            SELECT position, id::text, event_type, correlation_id, payload::text AS body,
                   to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at
            FROM events
            WHERE tenant_id = wanted.tenant_id AND patient_id = wanted.patient_id AND position > wanted.after
            ORDER BY position
            LIMIT %(rows)s
        ) AS rows
    ) AS found
) AS page
WHERE page.bytes_before < %(bytes)s
ORDER BY page.cursor, page.position
"""  # noqa: S608 - put together of nothing but our own text


def read(cursors: Collection[Cursor], *, rows: int = PAGE_ROWS) -> dict[Cursor, Page]:
    """One page after each cursor, all in one query: at most `rows` rows and about `PAGE_BYTES` bytes each, and about
    `READ_BYTES` together.

    A page always holds at least one row when there is one, whatever its size.
    """
    wanted = list(dict.fromkeys(cursors))
    pages = {cursor: Page([], has_more=False) for cursor in wanted}
    found = prepared.rows(
        READ_SQL,
        {
            "numbers": list(range(len(wanted))),
            "tenants": [cursor.key.tenant_id for cursor in wanted],
            "patients": [cursor.key.patient_id for cursor in wanted],
            "afters": [cursor.after for cursor in wanted],
            # One more than asked for tells whether there is more.
            "rows": rows + 1,
            # Of what is stored, which is a third longer than what it says: sealed fields are base64.
            "bytes": min(PAGE_BYTES, READ_BYTES // max(1, len(wanted))) * 4 // 3,
        },
    )
    for number, same_cursor in groupby(found, key=itemgetter(0)):
        read_rows = list(same_cursor)
        key = wanted[number].key
        opener = Opener(key.tenant_id, key.patient_id, wrapped=read_rows[0][-2])
        kept = [
            Row(position, event_id, event_type, at, correlation_id, opener.text(stored, event_id))
            for _, position, event_id, event_type, at, correlation_id, stored, _, _ in read_rows[:rows]
        ]
        pages[wanted[number]] = Page(kept, has_more=read_rows[0][-1] > len(kept))
    return pages


def head(key: StreamKey) -> int:
    """The position of the patient's newest streamed event; 0 before the first."""
    return heads([key]).get(key, 0)


HEAD_AT_SQL = """
SELECT position FROM events
WHERE tenant_id = %s AND patient_id = %s AND position IS NOT NULL AND created_at < %s
ORDER BY position DESC LIMIT 1
"""


def head_at(key: StreamKey, instant: datetime) -> int:
    """The patient's position at that time; 0 before their first. Of a log that was restored then: what the backup held,
    and so the last position that names the same event to whoever heard it before."""
    row = next(iter(prepared.rows(HEAD_AT_SQL, (*key, instant))), None)
    return 0 if row is None else int(row[0])


HEADS_SQL = """
SELECT head.tenant_id, head.patient_id, head.position
FROM unnest(%s::text[], %s::text[]) AS wanted(tenant_id, patient_id)
JOIN events_streamhead AS head USING (tenant_id, patient_id)
"""


def heads(keys: Collection[StreamKey]) -> dict[StreamKey, int]:
    """How far each of these streams has grown, in one query; streams without an event are absent."""
    found = prepared.rows(HEADS_SQL, [[key.tenant_id for key in keys], [key.patient_id for key in keys]])
    return {StreamKey(tenant, patient): position for tenant, patient, position in found}


GROWN_SQL = """
SELECT known.tenant_id, known.patient_id, coalesce(head.position, 0) AS position
FROM unnest(%(tenants)s::text[], %(patients)s::text[], %(positions)s::bigint[])
     AS known(tenant_id, patient_id, position)
LEFT JOIN events_streamhead AS head USING (tenant_id, patient_id)
WHERE coalesce(head.position, 0) <> known.position
"""


def grown(known: Mapping[StreamKey, int]) -> Question:
    """Which of these streams have grown beyond what is known of them: the poll. Finds keys, and the `position`.

    One below what is known is found too: the log is not the one that was read, a backup was restored.
    """
    return Question(
        GROWN_SQL,
        {
            "tenants": [key.tenant_id for key in known],
            "patients": [key.patient_id for key in known],
            "positions": list(known.values()),
        },
    )
