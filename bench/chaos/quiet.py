"""When everything has come to its end: no job open, nothing being worked on, and every cursor at the end."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

from bench.chaos.progress import Progress
from bench.chaos.world import World

OPEN_SQL = """
SELECT (SELECT count(*) FROM events_job WHERE status IN ('waiting', 'published')),
       (SELECT count(*) FROM patients_document
         WHERE status IN ('uploaded', 'parsing', 'analyzing') OR (status = 'parsed' AND clinical)),
       (SELECT count(*) FROM patients_match WHERE status = 'requested'),
       (SELECT count(*) FROM events AS said WHERE event_type = 'chat_message_sent' AND NOT EXISTS (
          SELECT FROM events AS answer WHERE answer.event_type = 'agent_response_generated'
             AND answer.payload->>'message_id' = 'ans_' || substr(said.payload->>'message_id', 5)))
"""
STREAMS_SQL = """
SELECT tenant_id, patient_id, array_agg(event_type ORDER BY position) FROM events
WHERE position IS NOT NULL GROUP BY 1, 2
"""
NAMES = ("jobs", "documents", "matches", "messages", "viewers behind")


def await_quiet(world: World, progress: Progress, *, within: float, say: Callable[[str], None]) -> dict[str, int]:
    """What is still open after at most `within` seconds, by name; empty when all is quiet."""
    began = said_at = time.monotonic()
    while True:
        progress.look()
        (counts,) = world.database.ask(OPEN_SQL)
        streams = {(tenant, patient): types for tenant, patient, types in world.database.ask(STREAMS_SQL)}
        still = {
            name: number for name, number in zip(NAMES, (*counts, progress.behind(streams)), strict=True) if number
        }
        if not still or time.monotonic() - began > within:
            return still
        if time.monotonic() - said_at > 5:
            said_at = time.monotonic()
            say("waiting for " + ", ".join(f"{number} {name}" for name, number in still.items()))
        time.sleep(0.5)


def hasten(world: World) -> None:
    """Let the queue's waiting time pass: a third retry comes 320 s after the second, which nobody needs to wait for.

    Nothing else is changed: each message still has the tries it has.
    """
    world.queue.stop()
    with closing(sqlite3.connect(world.data_dir / "qstash.sqlite3", isolation_level=None)) as store:
        store.execute("UPDATE messages SET not_before = 0 WHERE state = 'waiting'")
    world.queue.start()
