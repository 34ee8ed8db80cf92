"""The bench of the seal: what it compares is the project's own, and the switch really switches."""

from __future__ import annotations

from bench import sealing
from events import emit, log
from events.sealing.chain import CHAIN_SQL


def test_reading_without_the_seal_asks_for_no_key() -> None:
    assert "patientkey" in log.READ_SQL
    assert "patientkey" not in log.READ_SQL.replace(log.KEY_SQL, "NULL::bytea")


def test_recording_without_the_seal_writes_the_same_columns() -> None:
    columns = [
        " ".join(text.partition("(")[2].partition(")")[0].split())
        for text in (sealing.PLAIN_INSERT_SQL, emit.INSERT_SQL)
    ]
    assert columns[0] == columns[1]
    assert "patientkey" in emit.INSERT_SQL


def test_the_rules_replace_each_other() -> None:
    assert "CREATE OR REPLACE FUNCTION events_take_position()" in sealing.PLAIN_TRIGGER_SQL
    assert "CREATE FUNCTION events_take_position()" in CHAIN_SQL
    assert "sha256" not in sealing.PLAIN_TRIGGER_SQL
