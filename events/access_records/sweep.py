"""The sweep: streams whose process died without a word are noted as ended by any other process."""

from __future__ import annotations

from django.db import connection

from curaway.sweep import EVERY_SECONDS, Sweep
from events.chores import Chore
from events.operations.reporting import SILENT_AFTER_SECONDS

DEAD_SQL = """
SELECT FROM events_process AS process
WHERE process.reported_at < now() - make_interval(secs => %(silent)s) AND EXISTS (
    SELECT FROM events_accessrecord AS record WHERE record.process = process.id AND record.ended_at IS NULL
)
"""
"""Whether a process that has fallen silent left streams open. It had streams of many tenants."""

END_SQL = """
UPDATE events_accessrecord AS record SET ended_at = now(), reason = 'process_ended'
WHERE record.ended_at IS NULL AND record.opened_at < now() - make_interval(secs => %(silent)s) AND NOT EXISTS (
    SELECT FROM events_process AS process
    WHERE process.id = record.process AND process.reported_at >= now() - make_interval(secs => %(silent)s)
)
"""
"""Those of processes that are forgotten, too: when all were down for hours, the first to start comes upon them."""


def end_dead(*, silent_after_seconds: float = SILENT_AFTER_SECONDS) -> int:
    """Note the end of streams that no living process has open any more; how many there were."""
    with connection.cursor() as sql:
        sql.execute(END_SQL, {"silent": silent_after_seconds})
        ended: int = sql.rowcount
        return ended


_sweep = Sweep(end_dead, found="access_records_ended")


def chore() -> Chore:
    """Has the round ask for such streams."""
    return Chore(DEAD_SQL, {"silent": SILENT_AFTER_SECONDS}, wake=_sweep.wake, every=EVERY_SECONDS)


async def sweep_access_records() -> None:
    """Note such ends whenever there are some, until cancelled."""
    await _sweep.run()
