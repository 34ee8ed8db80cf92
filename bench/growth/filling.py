"""A log with a given number of events in it, written by the log's own rules."""

from __future__ import annotations

from bench.database import Cluster
from bench.event import EVENT_TYPE, PAYLOAD_SQL, TENANT

AT_ONCE = 2_000
"""Events per transaction: each leaves a version of its patient's head behind, which the next one has to step over."""

FILL_SQL = f"""
INSERT INTO events (event_type, tenant_id, patient_id, payload, correlation_id, source_service)
SELECT %s, %s, patient, {PAYLOAD_SQL.format(patient="patient")}, 'grown-' || number, 'curaway'
FROM generate_series(%s::int, %s::int) AS number,
     LATERAL (SELECT 'pat-' || lpad((number %% %s)::text, 5, '0') AS patient) AS named
ORDER BY number
"""


def fill(cluster: Cluster, database: str, *, rows: int, patients: int) -> None:
    """So many events, in turn for each of the patients, told to nobody."""
    for first in range(1, rows + 1, AT_ONCE):
        last = min(rows, first + AT_ONCE - 1)
        cluster.run(FILL_SQL, EVENT_TYPE, TENANT, first, last, patients, database=database)
        print(f"\r  {last:,} of {rows:,} events", end="", flush=True)
    print()
    cluster.run("VACUUM ANALYZE", database=database)
    cluster.settle()
