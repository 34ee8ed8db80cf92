"""Counting statements in Postgres's log."""

from __future__ import annotations

from pathlib import Path

from bench.database import Statements

LOG = """\
bench|bench_ours|curaway|LOG:  statement: SELECT 1
bench|bench_ours|curaway|LOG:  execute _pg3_2: SELECT a FROM b
bench|bench_ours|curaway|DETAIL:  Parameters: $1 = '1'
bench|bench_floor||LOG:  statement: SELECT 1
bench|bench_ours|bench|LOG:  statement: SELECT of_the_bench
bench|bench_ours|bench-writer|LOG:  statement: INSERT
bench|bench_ours|curaway|LOG:  execute <unnamed>:
\tSELECT head.tenant_id
\tFROM head
bench|||LOG:  checkpoint starting: time
"""


def test_the_contenders_own_statements_are_counted_and_nobody_elses(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    log.write_text("bench|bench_ours|curaway|LOG:  statement: BEFORE\n")
    statements = Statements(log, "bench_ours")
    statements.begin()
    with log.open("a") as more:
        more.write(LOG)
    statements.end()
    with log.open("a") as more:
        more.write("bench|bench_ours|curaway|LOG:  statement: AFTER\n")
    assert dict(statements.counted()) == {"SELECT 1": 1, "SELECT a FROM b": 1, "SELECT head.tenant_id": 1}
