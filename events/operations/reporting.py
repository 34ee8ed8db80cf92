"""A process's line in the table of processes, and what it is asked to do: told and read in its round, in the round's
one query."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from heapq import nsmallest
from typing import Any

from curaway import metrics
from events.frames import Done
from events.hub import Hub
from events.question import Found, Question
from events.room import Room
from events.stream import Stream

BUSY_EVERY_SECONDS = 5.0
"""How often a process with streams reports."""
IDLE_EVERY_SECONDS = 60.0
"""How often one without does."""
SILENT_AFTER_SECONDS = 150.0
"""Two reports of an idle process have not come."""
MOST_TOLD = 100
"""Streams that a process tells of one by one: those behind, then the oldest."""

REPORT_SQL = """
INSERT INTO events_process AS own (id, name, started_at, reported_at, is_draining, open_streams, waiting_polls, streams,
                                   drain_ordered, ends_ordered)
SELECT %(process)s::uuid, %(name)s::text, now() - make_interval(secs => %(age)s::float), now(), %(draining)s::bool,
       %(open)s::int, %(waiting)s::int, %(streams)s::jsonb, false, '[]'::jsonb
WHERE %(its_turn)s::bool AND set_config('synchronous_commit', 'off', true) = 'off'
ON CONFLICT (id) DO UPDATE SET reported_at = excluded.reported_at, is_draining = excluded.is_draining,
    open_streams = excluded.open_streams, waiting_polls = excluded.waiting_polls, streams = excluded.streams
"""
"""Without waiting for the disk: a report need not survive a crash, and streams wait for the thread that writes it."""
FORGET_SQL = """
DELETE FROM events_process WHERE id IN (
    SELECT id FROM events_process
    WHERE %(its_turn)s::bool AND id <> %(process)s::uuid AND reported_at < now() - interval '1 hour'
    FOR UPDATE SKIP LOCKED
)
"""
ORDERS_SQL = """
SELECT epoch.epoch, control.streaming_off_since IS NOT NULL AS streaming_off,
       coalesce(control.watched_until > now(), false) AS watched,
       coalesce(control.watched_patient, '') AS watched_patient,
       coalesce(own.drain_ordered, false) AS drain, coalesce(own.ends_ordered, '[]'::jsonb) AS ends
FROM (SELECT %(process)s::uuid AS id) AS asking
LEFT JOIN events_process AS own ON own.id = asking.id
LEFT JOIN events_logepoch AS epoch ON true
LEFT JOIN events_control AS control ON true
"""


class Reporting:
    """Tells of this process's streams, and does what operators order.

    Orders are states, not messages: read again every round, and done again without effect. A lost bell makes them
    later, never undone.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started_at = clock()
        self._next_at = 0.0
        self._had_streams = False
        self._watched_patient: str | None = None
        """None: nobody looks."""

    def question(self, hub: Hub) -> Question:
        """For the next round. Answered or not, the next report is as late: a round that fails because of it must
        not fail again at once."""
        now = self._clock()
        watched = self._watched_patient is not None
        # The first stream and the end of the last are told at once: the next report may be a minute away.
        its_turn = now >= self._next_at or watched or self._had_streams != bool(hub.open_streams)
        if its_turn:
            self._had_streams = bool(hub.open_streams)
            metrics.STREAM_LAG.set(max((room.head - stream.cursor for room, stream in hub.streams()), default=0))
            self._next_at = now + (BUSY_EVERY_SECONDS if hub.open_streams else IDLE_EVERY_SECONDS)
        told = _told(hub, first=self._watched_patient) if self._watched_patient is not None else []
        values = {
            "process": hub.process,
            "name": hub.process_name,
            "age": now - self._started_at,
            "draining": hub.draining,
            "open": hub.open_streams,
            "waiting": hub.waiting_polls,
            "streams": json.dumps(told),
            "its_turn": its_turn,
        }
        return Question(ORDERS_SQL, values, writes=(REPORT_SQL, FORGET_SQL))

    def obey(self, hub: Hub, found: Iterable[Found]) -> None:
        """Do what was found to be ordered."""
        for orders in found:
            hub.begin_epoch(orders["epoch"])
            if orders["streaming_off"] != hub.switched_off:
                hub.switched_off = orders["streaming_off"]
                # Whom it concerns is seen to at a round's beginning.
                hub.round_due.set()
            if orders["drain"] and not hub.draining:
                hub.drain()
            _end(hub, set(orders["ends"]))
            self._watch(hub, orders["watched_patient"] if orders["watched"] else None)

    def _watch(self, hub: Hub, patient: str | None) -> None:
        if patient is not None and patient != self._watched_patient:
            # Somebody has begun to look: told of in another round, at once.
            hub.round_due.set()
        self._watched_patient = patient


def _end(hub: Hub, numbers: set[int]) -> None:
    if not numbers:
        return
    for _, stream in hub.streams():
        if stream.number in numbers:
            # As at the end of its life: its client comes back, which is what tells it from a revocation.
            stream.end(Done("timeout", reconnect=True, retry_ms=round(1000 * hub.draw())))


def _told(hub: Hub, *, first: str | None) -> list[dict[str, Any]]:
    """Some of the open streams, those of patient `first` before the others."""

    def rank(of: tuple[Room, Stream]) -> tuple[bool, int, float]:
        room, stream = of
        return (room.key.patient_id != first, stream.cursor - room.head, stream.opened_at)

    now = hub.now()
    return [
        {
            "number": stream.number,
            "tenant_id": room.key.tenant_id,
            "patient_id": room.key.patient_id,
            "subject": stream.viewer.subject,
            "role": stream.viewer.role,
            "position": stream.cursor,
            "lag": max(0, room.head - stream.cursor),
            "age": round(now - stream.opened_at, 1),
            "follow": stream.follow,
        }
        for room, stream in nsmallest(MOST_TOLD, hub.streams(), key=rank)
    ]
