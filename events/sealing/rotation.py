"""Changing the master key: patients' keys are wrapped anew, and checkpoints signed anew, by the current one.

The log itself is not touched: what a patient's key has sealed it still opens. Each batch is a transaction of its own,
and what is done is seen by the row: a rotation that was interrupted goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection, transaction

from events.sealing.checkpoint import Checkpoint
from events.sealing.keys import binding_of
from events.sealing.master import NAME_BYTES, KeyUnusable, MasterKeys
from events.sealing.patient_key import PatientKey
from events.sealing.signature import Statement, checked, signature
from events.sealing.signing import instant

AT_ONCE = 200


class Batch(NamedTuple):
    """Rows that were looked at: how many now depend on the current master key, how many no given one opens."""

    done: int
    unusable: int


KEYS_LEFT_SQL = f"""
FROM events_patientkey WHERE wrapped IS NOT NULL AND substring(wrapped FROM 1 FOR {NAME_BYTES}) <> %(name)s
"""
CHECKPOINTS_LEFT_SQL = "FROM events_checkpoint WHERE signed_by <> %(name)s"


def left(keys: MasterKeys) -> int:
    """How many rows depend on another master key than the current one."""
    with connection.cursor() as sql:
        counted = f"SELECT (SELECT count(*) {KEYS_LEFT_SQL}) + (SELECT count(*) {CHECKPOINTS_LEFT_SQL})"
        sql.execute(counted, {"name": keys.current.name})
        rows: int = sql.fetchone()[0]
        return rows


def rotate(keys: MasterKeys) -> Iterator[Batch]:
    """Wrap and sign anew, batch by batch, until nothing is left that a given master key opens."""
    yield from _batches(PatientKey, f"SELECT id {KEYS_LEFT_SQL}", keys)
    yield from _batches(Checkpoint, f"SELECT id {CHECKPOINTS_LEFT_SQL}", keys)


def _batches(model: type[PatientKey] | type[Checkpoint], left_sql: str, keys: MasterKeys) -> Iterator[Batch]:
    after: Any = None
    while True:
        with transaction.atomic():
            with connection.cursor() as sql:
                sql.execute(
                    f"{left_sql} AND (%(after)s IS NULL OR id::text > %(after)s) ORDER BY id::text LIMIT {AT_ONCE}",
                    {"name": keys.current.name, "after": after},
                )
                found = [row[0] for row in sql.fetchall()]
            rows: list[Any] = list(model._default_manager.select_for_update().filter(pk__in=found))
            done = sum(_renewed(row, keys) for row in rows)
        if not found:
            return
        after = str(found[-1])
        yield Batch(done, len(rows) - done)


def _renewed(row: PatientKey | Checkpoint, keys: MasterKeys) -> bool:
    return _rewrapped(row, keys) if isinstance(row, PatientKey) else _signed_anew(row, keys)


def _rewrapped(row: PatientKey, keys: MasterKeys) -> bool:
    if row.wrapped is None:
        return True  # destroyed since
    binding = binding_of(row.tenant_id, row.patient_id)
    try:
        data_key = keys.unwrap(bytes(row.wrapped), binding)
    except KeyUnusable:
        return False
    row.wrapped = keys.current.wrap(data_key, binding)
    row.save(update_fields=["wrapped"])
    return True


def _signed_anew(row: Checkpoint, keys: MasterKeys) -> bool:
    statement = Statement(row.tenant_id, row.patient_id, row.link, bytes(row.hash), instant(row.made_at))
    if not checked(statement, bytes(row.signed_by), bytes(row.signature), keys).genuine:
        return False  # signing it would make a forgery genuine
    row.signed_by, row.signature = signature(statement, keys)
    row.save(update_fields=["signed_by", "signature"])
    return True
