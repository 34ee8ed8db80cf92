"""Reading chains to verify them: all from one snapshot, a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection, transaction

from events.sealing.chain import CANONICAL
from events.sealing.finding import Finding
from events.sealing.kept_key import KeptKey, StoredKey
from events.sealing.master import MasterKeys
from events.sealing.signature import Statement, checked
from events.sealing.verification import ChainedRow, Head, Signed, verified

Whose = tuple[str, str]
"""A tenant and a patient; no patient (empty): the tenant's own chain."""

BATCH_CHAINS = 200
FETCHED_ROWS = 2000
"""Rows that are held at once."""


class Chain(NamedTuple):
    """A chain and how many rows the log has of it; `head` is None when that is gone."""

    whose: Whose
    head: Head | None
    rows: int


CHAINS_SQL = """
WITH log AS (
    SELECT tenant_id, coalesce(patient_id, '') AS patient_id, count(*) AS rows FROM events
    WHERE (%(tenant)s::text IS NULL OR tenant_id = %(tenant)s)
      AND (%(patient)s::text IS NULL OR coalesce(patient_id, '') = %(patient)s)
    GROUP BY 1, 2
), whose AS (
    SELECT tenant_id, patient_id FROM log
    UNION SELECT tenant_id, patient_id FROM events_streamhead
    UNION SELECT tenant_id, patient_id FROM events_checkpoint
    UNION SELECT tenant_id, patient_id FROM events_patientkey
)
SELECT tenant_id, patient_id, head.position, head.link, head.hash, coalesce(log.rows, 0)
FROM whose LEFT JOIN log USING (tenant_id, patient_id)
LEFT JOIN events_streamhead AS head USING (tenant_id, patient_id)
WHERE (%(tenant)s::text IS NULL OR tenant_id = %(tenant)s)
  AND (%(patient)s::text IS NULL OR patient_id = %(patient)s)
ORDER BY 1, 2
"""
"""Whatever speaks of a chain: whoever takes one away has to take all four."""

ROWS_SQL = f"""
SELECT wanted.number, row.link, row.id::text, row.position, row.hash, {CANONICAL.format(row="row")}
FROM unnest(%(tenants)s::text[], %(patients)s::text[]) WITH ORDINALITY AS wanted(tenant_id, patient_id, number)
JOIN events AS row ON row.tenant_id = wanted.tenant_id
     AND (row.patient_id = wanted.patient_id OR (wanted.patient_id = '' AND row.patient_id IS NULL))
ORDER BY wanted.number, row.link, row.created_at, row.id
"""  # noqa: S608 - put together of nothing but our own text

CHECKPOINTS_SQL = """
SELECT wanted.number, kept.tenant_id, kept.patient_id, kept.link, kept.hash,
       to_char(kept.made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), kept.signed_by, kept.signature
FROM unnest(%(tenants)s::text[], %(patients)s::text[]) WITH ORDINALITY AS wanted(tenant_id, patient_id, number)
JOIN events_checkpoint AS kept ON kept.tenant_id = wanted.tenant_id AND kept.patient_id = wanted.patient_id
"""

KEYS_SQL = """
SELECT wanted.number, key.wrapped
FROM unnest(%(tenants)s::text[], %(patients)s::text[]) WITH ORDINALITY AS wanted(tenant_id, patient_id, number)
JOIN events_patientkey AS key ON key.tenant_id = wanted.tenant_id AND key.patient_id = wanted.patient_id
"""


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Everything in here is read as of one moment: what is recorded meanwhile does not look like tampering."""
    with transaction.atomic(durable=True), connection.cursor() as sql:
        sql.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def chains(*, tenant_id: str | None, patient_id: str | None) -> list[Chain]:
    """Every chain of the log, or one tenant's, or one patient's; also those of which only a checkpoint or a key is
    left."""
    with connection.cursor() as sql:
        sql.execute(CHAINS_SQL, {"tenant": tenant_id, "patient": patient_id})
        return [_chain(row) for row in sql.fetchall()]


def findings(
    wanted: Sequence[Chain], *, kept: Mapping[Whose, Sequence[Signed]], keys: MasterKeys
) -> Iterator[tuple[Chain, list[Finding]]]:
    """Each chain with all that is wrong with it, in order; `kept`: checkpoints that were kept outside."""
    remaining = iter(wanted)
    while batch := list(islice(remaining, BATCH_CHAINS)):
        asked = {"tenants": [chain.whose[0] for chain in batch], "patients": [chain.whose[1] for chain in batch]}
        signed, stored = _checkpoints(asked, keys), _keys(asked)
        found = groupby(_rows(asked), key=itemgetter(0))
        upcoming = next(found, None)
        for number, chain in enumerate(batch, start=1):
            is_this = upcoming is not None and upcoming[0] == number
            rows: Iterator[Any] = upcoming[1] if is_this and upcoming is not None else iter(())
            checkpoints = [*signed.get(number, ()), *kept.get(chain.whose, ())]
            key = KeptKey(*chain.whose, stored.get(number))
            links = key.watched(map(_chained_row, rows))
            found_here = list(verified(*chain.whose, links, head=chain.head, signed=checkpoints))
            yield chain, [*found_here, *key.findings(keys)]
            if is_this:
                upcoming = next(found, None)


def _chain(row: Sequence[Any]) -> Chain:
    tenant_id, patient_id, position, link, hashed, rows = row
    head = None if link is None else Head(position, link, bytes(hashed))
    return Chain((tenant_id, patient_id), head, rows)


def _chained_row(row: Sequence[Any]) -> ChainedRow:
    _, link, event_id, position, hashed, canonical = row
    return ChainedRow(link, event_id, position, bytes(hashed), bytes(canonical))


def _rows(asked: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as sql:
        sql.execute(ROWS_SQL, asked)
        while rows := sql.fetchmany(FETCHED_ROWS):
            yield from rows


def _keys(asked: Mapping[str, Any]) -> dict[int, StoredKey]:
    with connection.cursor() as sql:
        sql.execute(KEYS_SQL, asked)
        return {number: StoredKey(None if wrapped is None else bytes(wrapped)) for number, wrapped in sql.fetchall()}


def _checkpoints(asked: Mapping[str, Any], keys: MasterKeys) -> dict[int, list[Signed]]:
    signed: dict[int, list[Signed]] = {}
    with connection.cursor() as sql:
        sql.execute(CHECKPOINTS_SQL, asked)
        for number, tenant_id, patient_id, link, hashed, made_at, signed_by, given in sql.fetchall():
            statement = Statement(tenant_id, patient_id, link, bytes(hashed), made_at)
            signed.setdefault(number, []).append(checked(statement, bytes(signed_by), bytes(given), keys))
    return signed
