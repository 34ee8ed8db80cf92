"""What holds a statement to a tenant, and what only looks like it."""

from __future__ import annotations

import pytest

from tests.isolation.statements import forgetting

HELD = [
    "SELECT payload FROM events WHERE tenant_id = %s AND patient_id = %s",
    'SELECT 1 FROM "events" WHERE ("events"."id" = %s AND "events"."tenant_id" = %s) LIMIT 1 FOR NO KEY UPDATE',
    "SELECT 1 FROM events WHERE tenant_id = ANY(%(tenants)s)",
    "SELECT 1 FROM events WHERE tenant_id IN (%s, %s)",
    "UPDATE events_job SET status = %s WHERE id = %s AND tenant_id = %s",
    "DELETE FROM events_job AS job WHERE job.tenant_id = %s",
    "SELECT 1 FROM unnest(%s::text[], %s::text[]) AS asked(tenant_id, patient_id) "
    "JOIN events_streamhead AS head USING (tenant_id, patient_id)",
    "SELECT 1 FROM patients_tenant AS tenant LEFT JOIN patients_patient AS patient "
    "ON patient.tenant_id = tenant.id AND patient.id = %s WHERE tenant.id = %s",
    "SELECT 1 FROM patients_document AS document JOIN patients_patient AS patient "
    "ON document.patient_id = patient.id WHERE document.tenant_id = %s",
    "SELECT 1 FROM events AS message WHERE message.tenant_id = %s AND NOT EXISTS "
    "(SELECT FROM events AS answer WHERE answer.tenant_id = message.tenant_id)",
    "INSERT INTO events_job (id, tenant_id) VALUES (%s, %s) RETURNING id",
    "SELECT count(*) FROM pg_stat_activity",
    "SELECT 1 FROM patients_tenant WHERE id = %s",
    'SAVEPOINT "s1"',
]
FREE = [
    ("SELECT tenant_id FROM events WHERE id = %s", "events"),
    ("SELECT 1 FROM events WHERE tenant_id = %s OR patient_id = %s", "events"),
    ("SELECT 1 FROM events WHERE NOT tenant_id = %s", "events"),
    ("SELECT 1 FROM events WHERE tenant_id <> %s", "events"),
    ("SELECT 1 FROM events WHERE tenant_id = tenant_id", "events"),
    ("UPDATE events_job SET tenant_id = %s WHERE id = %s", "events_job"),
    ("DELETE FROM events_job WHERE id IN (%s, %s, %s)", "events_job"),
    ("SELECT 1 FROM events a, events b WHERE a.tenant_id = %s", "events"),
    ("SELECT 1 FROM events a JOIN events_job b ON b.tenant_id = a.tenant_id", "events"),
    (
        "SELECT 1 FROM patients_tenant AS t LEFT JOIN events AS e ON t.id = %s WHERE e.id = %s",
        "events",
    ),
    (
        "SELECT 1 FROM events AS e LEFT JOIN patients_tenant AS t ON e.tenant_id = %s",
        "events",
    ),
    (
        "SELECT 1 FROM events AS e WHERE e.tenant_id = %s AND EXISTS (SELECT FROM patients_document WHERE id = %s)",
        "patients_document",
    ),
    ("UPDATE events_job AS job SET status = '' FROM unnest(%s::uuid[]) AS a(id) WHERE job.id = a.id", "events_job"),
    ("DECLARE c NO SCROLL CURSOR WITHOUT HOLD FOR SELECT 1 FROM events WHERE id = %s", "events"),
]


@pytest.mark.parametrize("sql", HELD)
def test_it_says_whose_rows_it_means(sql: str) -> None:
    assert forgetting(sql) == frozenset()


@pytest.mark.parametrize(("sql", "table"), FREE)
def test_it_does_not_say_whose_rows_it_means(sql: str, table: str) -> None:
    assert table in forgetting(sql)
