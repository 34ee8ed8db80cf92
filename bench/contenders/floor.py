"""The floor: what the same frames cost at the least in Python. A raw ASGI application over raw psycopg and LISTEN.

It sends what ours sends, as many bytes (its state is a constant of the same length), in the same order, resumes by
position, and joins before it reads. It lacks tokens, tenants, roles and their revocation, a state that is read, the
poll that makes up for a lost wake-up, limits, drain, protection from slow clients, and every other route.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

from bench.contenders.contender import Contender, patient_id
from bench.contenders.floor_server import FloorServer
from bench.event import EVENT_TYPE, PAYLOAD_SQL, correlation_id, payload

SCHEMA = """
CREATE TABLE head (patient_id text PRIMARY KEY, position bigint NOT NULL);
CREATE TABLE log (
    patient_id text NOT NULL, position bigint NOT NULL, id uuid NOT NULL DEFAULT gen_random_uuid(),
    event_type text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), correlation_id text NOT NULL,
    payload jsonb NOT NULL, PRIMARY KEY (patient_id, position)
)
"""
INSERT_SQL = """
WITH grown AS (
    INSERT INTO head VALUES (%s, 1) ON CONFLICT (patient_id) DO UPDATE SET position = head.position + 1
    RETURNING patient_id, position
)
INSERT INTO log (patient_id, position, event_type, correlation_id, payload)
SELECT patient_id, position, %s, %s, %s FROM grown
"""
ADD_SQL = f"""
WITH grown AS (
    INSERT INTO head AS old
    SELECT 'pat-' || lpad(number::text, 5, '0'), %(each)s FROM generate_series(0, %(patients)s - 1) AS number
    ON CONFLICT (patient_id) DO UPDATE SET position = old.position + %(each)s
    RETURNING patient_id, position
)
INSERT INTO log (patient_id, position, event_type, correlation_id, payload)
SELECT patient_id, position - %(each)s + turn, %(event_type)s,
       'bench-' || (%(nonce)s + right(patient_id, 5)::int + (turn - 1) * %(patients)s),
       {PAYLOAD_SQL.format(patient="patient_id")}
FROM grown, generate_series(1, %(each)s) AS turn
"""
HISTORY_SQL = f"""
WITH head AS (INSERT INTO head VALUES (%(patient)s, %(rows)s))
INSERT INTO log (patient_id, position, event_type, correlation_id, payload)
SELECT patient, number, %(event_type)s, 'bench-' || number, {PAYLOAD_SQL.format(patient="patient")}
FROM (SELECT %(patient)s::text AS patient) AS named, generate_series(1, %(rows)s) AS number
"""
TELL_SQL = "SELECT pg_notify('grown', patient_id) FROM head WHERE patient_id < %s ORDER BY patient_id"


class Floor(Contender):
    name = "floor"
    about = (
        "raw ASGI, raw psycopg, LISTEN: same frames and positions; no authorisation, no state, no second way to hear"
    )
    ids = "positions"

    def prepare(self, patients: int) -> None:
        self.cluster.create(self.database)
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(SCHEMA)

    def positions(self, patients: int) -> list[str]:
        heads = dict(self.cluster.run("SELECT patient_id, position FROM head", database=self.database))
        return [str(heads.get(patient_id(number), 0)) for number in range(patients)]

    def add_events(self, *, patients: int, each: int, first_nonce: int) -> None:
        self._run(ADD_SQL, patients=patients, each=each, nonce=first_nonce, event_type=EVENT_TYPE)

    def tell(self, *, patients: int) -> None:
        self.cluster.run(TELL_SQL, patient_id(patients), database=self.database)

    def add_history(self, *, patient: int, rows: int) -> None:
        self._run(HISTORY_SQL, patient=patient_id(patient), rows=rows, event_type=EVENT_TYPE)
        self.cluster.run("ANALYZE log", database=self.database)

    def _run(self, statement: str, **values: object) -> None:
        with self.cluster.connect(self.database) as connection:
            connection.execute(statement, values)


class FloorOneClock(Floor):
    name = "floor-one-clock"
    about = (
        "the floor with one clock for the heartbeats of all its streams, as ours has, and no timeout in each; "
        "measured only where many streams are told something"
    )
    parts = frozenset({"fan-out", "flood"})

    def command(self) -> Sequence[str | Path]:
        return self.uvicorn(f"{__name__}:with_one_clock", "--factory")


class Writer:
    """The cheapest writer: one statement that takes the position and inserts, then the bell."""

    def __init__(self) -> None:
        self._connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)

    def publish(self, patient: str, nonce: int) -> float:
        self._insert(patient, nonce)
        committed = time.monotonic()
        self._connection.execute("SELECT pg_notify('grown', %s)", [patient])
        return committed

    def record(self, patient: str, nonce: int) -> None:
        self.publish(patient, nonce)

    def _insert(self, patient: str, nonce: int) -> None:
        row = [patient, EVENT_TYPE, correlation_id(nonce), Jsonb(payload(patient))]
        self._connection.execute(INSERT_SQL, row)


def application() -> FloorServer:
    return FloorServer()


def with_one_clock() -> FloorServer:
    return FloorServer(one_clock=True)
