"""Destroying a patient's key: what the log says of them can't be read any more, by anybody."""

from __future__ import annotations

from django.db import connection

from events.sealing.patient_key import new_key_id
from events.sealing.seal import PREFIX

HEAD_SQL = """
SELECT link, hash FROM events_streamhead WHERE tenant_id = %s AND patient_id = %s FOR NO KEY UPDATE
"""

DESTROY_SQL = """
INSERT INTO events_patientkey (id, tenant_id, patient_id, destroyed_at) VALUES (%s, %s, %s, clock_timestamp())
ON CONFLICT (tenant_id, patient_id) DO UPDATE
SET wrapped = NULL, destroyed_at = coalesce(events_patientkey.destroyed_at, excluded.destroyed_at)
"""

SEALED_SQL = """
SELECT count(*) FROM events
WHERE tenant_id = %s AND patient_id = %s AND EXISTS (
    SELECT FROM jsonb_each_text(CASE WHEN jsonb_typeof(payload) = 'object' THEN payload ELSE '{}' END) AS field
    WHERE starts_with(field.value, %s)
)
"""


def destroy_key(tenant_id: str, patient_id: str) -> None:
    """Destroy the key, in the caller's transaction; also where there was none, so that none is made any more."""
    with connection.cursor() as sql:
        sql.execute(DESTROY_SQL, [new_key_id(), tenant_id, patient_id])


def chain_head(tenant_id: str, patient_id: str) -> tuple[int, str]:
    """Link and hash (hex) of the patient's newest fact; nothing more is recorded about them until the caller's
    transaction ends."""
    with connection.cursor() as sql:
        sql.execute(HEAD_SQL, [tenant_id, patient_id])
        found = sql.fetchone()
    return (found[0], bytes(found[1]).hex()) if found else (0, "")


def sealed_events(tenant_id: str, patient_id: str) -> int:
    """How many facts about the patient have sealed fields."""
    with connection.cursor() as sql:
        sql.execute(SEALED_SQL, [tenant_id, patient_id, PREFIX])
        count: int = sql.fetchone()[0]
        return count
