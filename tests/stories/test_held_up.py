"""Who holds a patient's row for too long holds up those who write about that patient, for a while, and nobody else."""

from __future__ import annotations

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import psycopg
from django.db import connection

from tests.people import People
from tests.servers import ThreadServer
from tests.waiting import wait_until

WEB_WORKERS = 2


def waiting_for_locks(database_url: str) -> int:
    with psycopg.connect(database_url) as asking:
        row = asking.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_row_that_is_held_stops_neither_the_probe_nor_other_patients_for_long(
    server: ThreadServer, people: People, database_url: str
) -> None:
    patient, other = people.patient(), people.patient()
    decision = {"patient_id": patient.id, "purpose": "analytics", "granted": True, "policy_version": "1"}

    def decide() -> int:
        headers = people.patient_headers(patient)
        return httpx.post(f"{server.url}/api/v1/consent", json=decision, headers=headers, timeout=60).status_code

    with psycopg.connect(database_url) as holder, ThreadPoolExecutor(WEB_WORKERS) as writers:
        holder.execute("SELECT id FROM patients_patient WHERE id = %s FOR UPDATE", [patient.id])
        writes = [writers.submit(decide) for _ in range(WEB_WORKERS)]
        wait_until(lambda: waiting_for_locks(database_url) == WEB_WORKERS)
        # Every web worker waits: the probe does not.
        assert httpx.get(f"{server.url}/health", timeout=3).json() == {"status": "ok"}
        assert not any(write.done() for write in writes)
        # They wait for so long, and then leave room for the others, though the row is still held.
        summary = f"{server.url}/api/v1/patients/{other.id}/summary"
        assert httpx.get(summary, headers=people.patient_headers(other), timeout=20).status_code == 200
        assert [write.result() for write in writes] == [500, 500]
        holder.rollback()
    assert decide() == 201


def test_whoever_is_stopped_in_a_transaction_loses_what_it_holds(database: None) -> None:
    with connection.cursor() as sql:
        sql.execute("SELECT current_setting('idle_in_transaction_session_timeout'), current_setting('lock_timeout')")
        assert sql.fetchone() == ("1min", "5s")


def test_a_database_that_vanished_without_a_word_is_noticed(database: None) -> None:
    connection.ensure_connection()
    held: Any = connection.connection
    with closing(socket.socket(fileno=os.dup(held.pgconn.socket))) as of:
        assert of.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 15_000
        assert of.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
