"""`python -m bench.row_level_security`: what the same read costs when the database itself keeps tenants apart.

A table of its own in a Postgres of its own: two tenants, each with as many patients; the read that lets a caller in,
prepared, as the server sends it; once as it is, once under a policy on `current_setting('app.tenant')`, which has to
be set in a transaction around it. Interleaved, medians of many.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from bench.database import APP_ROLE, Cluster

DATABASE = "isolation"
ROWS = 20_000
MADE = """
CREATE TABLE patient (id text PRIMARY KEY, tenant_id text NOT NULL, subject text, name text);
INSERT INTO patient SELECT 'pat_' || n, 'tenant-' || n % 2, 'user_' || n, 'Name' FROM generate_series(1, {rows}) AS n;
CREATE UNIQUE INDEX ON patient (tenant_id, subject);
ALTER TABLE patient ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON patient USING (tenant_id = current_setting('app.tenant', true));
CREATE TABLE plain AS SELECT * FROM patient;
ALTER TABLE plain ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX ON plain (tenant_id, subject);
GRANT SELECT ON patient, plain TO {role};
ANALYZE;
"""
READ = "SELECT id, name FROM {table} WHERE tenant_id = %s AND id = %s"
WANTED = ("tenant-1", "pat_4711")
SET = "SELECT set_config('app.tenant', %s, true)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3000)
    times = parser.parse_args().times
    folder = Path(tempfile.mkdtemp(prefix="curaway-bench-"))
    folder.chmod(0o755)
    cluster = Cluster(folder)
    try:
        cluster.create(DATABASE)
        cluster.run(MADE.format(rows=ROWS, role=APP_ROLE), database=DATABASE)
        with psycopg.connect(cluster.url(DATABASE), autocommit=True, prepare_threshold=0) as connection:
            _print(connection, times)
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _print(connection: psycopg.Connection[Any], times: int) -> None:
    ways: dict[str, Callable[[], None]] = {
        "as it is": lambda: _plain(connection),
        "row-level security": lambda: _in_transaction(connection),
        "row-level security, in a pipeline": lambda: _in_pipeline(connection),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(times):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            took[name].append(time.perf_counter() - began)
    least = statistics.median(took["as it is"])
    for name, seconds in took.items():
        median = statistics.median(seconds)
        print(f"{name:36} {1e6 * median:7.0f} us  {median / least:5.2f} x")


def _plain(connection: psycopg.Connection[Any]) -> None:
    assert connection.execute(READ.format(table="plain"), WANTED).fetchone()


def _in_transaction(connection: psycopg.Connection[Any]) -> None:
    with connection.transaction():
        connection.execute(SET, WANTED[:1])
        assert connection.execute(READ.format(table="patient"), WANTED).fetchone()


def _in_pipeline(connection: psycopg.Connection[Any]) -> None:
    with connection.pipeline(), connection.transaction():
        connection.execute(SET, WANTED[:1])
        found = connection.execute(READ.format(table="patient"), WANTED)
    assert found.fetchone()


if __name__ == "__main__":
    main()
