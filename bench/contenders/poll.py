"""What the polling contenders have in common: one plain table, and a writer that only inserts."""

from __future__ import annotations

import os
import time

import psycopg
from psycopg.types.json import Jsonb

from bench.children import PEERS_PYTHON
from bench.contenders.contender import Absent, Contender
from bench.event import EVENT_TYPE, PAYLOAD_SQL, correlation_id, payload

POLL_SECONDS = 3.0
"""As often as this project's own poll; shorter is heard sooner and costs the database more."""

SCHEMA = """
CREATE TABLE plain_event (
    id bigserial PRIMARY KEY, patient_id text NOT NULL, event_id uuid NOT NULL DEFAULT gen_random_uuid(),
    event_type text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), correlation_id text NOT NULL,
    payload jsonb NOT NULL
);
CREATE INDEX plain_event_patient ON plain_event (patient_id, id)
"""
INSERT_SQL = "INSERT INTO plain_event (patient_id, event_type, correlation_id, payload) VALUES (%s, %s, %s, %s)"
ADD_SQL = f"""
INSERT INTO plain_event (patient_id, event_type, correlation_id, payload)
SELECT patient, %s, 'bench-' || (%s + number + turn * %s), {PAYLOAD_SQL.format(patient="patient")}
FROM generate_series(0, %s - 1) AS turn, generate_series(0, %s - 1) AS number,
     LATERAL (SELECT 'pat-' || lpad(number::text, 5, '0') AS patient) AS named
ORDER BY turn, number
"""


class Polling(Contender):
    """Its streams ask the database themselves; nobody is told of anything."""

    polls_every = POLL_SECONDS
    flood_at_most = 3

    def prepare(self, patients: int) -> None:
        if self.python == PEERS_PYTHON and not PEERS_PYTHON.exists():
            raise Absent("its packages are not installed: run it by `make bench`")
        self.cluster.create(self.database)
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(SCHEMA)

    def positions(self, patients: int) -> list[str]:
        newest = self.cluster.run("SELECT coalesce(max(id), 0) FROM plain_event", database=self.database)[0][0]
        return [str(newest)] * patients

    def add_events(self, *, patients: int, each: int, first_nonce: int) -> None:
        self.cluster.run(ADD_SQL, EVENT_TYPE, first_nonce, patients, each, patients, database=self.database)

    def flood(self, *, patients: int, first_nonce: int) -> float:
        began = time.monotonic()
        self.add_events(patients=patients, each=1, first_nonce=first_nonce)
        return began


class Writer:
    """An insert."""

    def __init__(self) -> None:
        self._connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)

    def publish(self, patient: str, nonce: int) -> float:
        row = [patient, EVENT_TYPE, correlation_id(nonce), Jsonb(payload(patient))]
        self._connection.execute(INSERT_SQL, row)
        return time.monotonic()

    def record(self, patient: str, nonce: int) -> None:
        self.publish(patient, nonce)
