"""Who listens to which patient in this process, and one reader for all of them.

Everything here runs on the event loop. The database is touched in one place, by one thread: a single read
serves every patient that was rung and every stream that has fallen behind.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import socket
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import psycopg
from django.db import Error as DatabaseFault

from curaway import log as logs
from curaway import metrics
from curaway.threads import in_hearing
from events import log, wakeup
from events.access_records.recorder import Recorder
from events.clock import Clock
from events.errors import StreamUnavailable
from events.frames import Done, event_frame
from events.log import Cursor, Row, StreamKey
from events.operations import figures
from events.room import Listener, Room
from events.sealing import keys
from events.stream import Stream
from events.stream_settings import StreamSettings
from events.viewers import Viewer

logger = logs.get(__name__)

CURSORS_PER_READ = 256
PASSED = 4096
"""Rings remembered for streams that are on the way to their room: a few seconds of a busy installation's, much longer
than it takes from a stream's snapshot to its joining."""

K = TypeVar("K")
V = TypeVar("V")

FAULTS = (DatabaseFault, psycopg.Error, OSError)

UNREAD = ""
"""Of the log's epoch, before anybody here has read it."""


class Hub:
    """The listeners of one process. A stream joins before it reads, so nothing falls between."""

    def __init__(self, settings: StreamSettings, *, draw: Callable[[], float] = random.random) -> None:
        self.settings = settings
        self.draw = draw
        self.process = uuid.uuid4()
        """Under which this process tells of itself; never given twice, as its number may be."""
        self.process_name = f"{socket.gethostname()}:{os.getpid()}"
        self.recorder = Recorder(process=self.process, process_name=self.process_name)
        self.listening = False
        self._interrupted = False
        self.draining = False
        self.switched_off = False
        """By an operator, for all processes; what the flag says is asked elsewhere."""
        self._epoch: str | None = UNREAD
        self._numbers = itertools.count(1)
        self.rooms: dict[StreamKey, Room] = {}
        self.clock = Clock(every=settings.clock_seconds)
        self._waiting = 0
        self.access_changed: set[StreamKey] = set()
        self._access_changed_at: dict[tuple[str, str | None], float] = {}
        self.round_due = asyncio.Event()
        self._rung: dict[StreamKey, None] = {}
        self._passed: dict[StreamKey, int] = {}
        self._behind: dict[Stream, None] = {}
        self._work = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def open_streams(self) -> int:
        return len(self.clock.streams)

    @property
    def waiting_polls(self) -> int:
        return self._waiting

    # Listening

    def join(self, listener: Listener, key: StreamKey, *, head: int) -> Room:
        """Add a listener to a patient's room; `head` is the position its caller has read up to."""
        room = self.rooms.get(key)
        if room is None:
            room = self.rooms[key] = Room(key, head=head, now=self.now())
            if not self.listening or self._passed.get(key, 0) > head:
                # Committed between the caller's read and now, and rung for nobody. What was not rung is the poll's.
                self.ring(key)
        elif head > room.head:
            self.ring(key)
        room.listeners.add(listener)
        return room

    def admit(self, stream: Stream, *, asked_at: float) -> Room:
        """Add an open stream; raises `StreamUnavailable` when this process takes no more of them. `asked_at`: the
        monotonic time when its request came, before anybody looked whether its caller may see the patient."""
        if self.draining:
            raise StreamUnavailable(reason="draining", retry_after=1 + round(4 * self.draw()))
        if self.open_streams >= self.settings.max_streams or self._crowded(stream.viewer.key):
            raise StreamUnavailable(reason="capacity", retry_after=5 + round(10 * self.draw()))
        # Should the log have been restored just now, this stream may be the first to know.
        self.begin_epoch(stream.epoch)
        stream.number = next(self._numbers)
        self.clock.streams.add(stream)
        metrics.STREAMS_OPEN.inc()
        if self._access_changed_since(asked_at, stream.viewer.key):
            self.access_changed.add(stream.viewer.key)
            self.round_due.set()
        return self.join(stream, stream.viewer.key, head=stream.known_head)

    def leave(self, listener: Listener, room: Room) -> None:
        room.listeners.discard(listener)
        if isinstance(listener, Stream):
            self.clock.streams.discard(listener)
            self._behind.pop(listener, None)
            metrics.STREAMS_OPEN.dec()
        if not room.listeners and self.rooms.get(room.key) is room:
            del self.rooms[room.key]
            self._rung.pop(room.key, None)

    def listeners(self) -> Iterator[tuple[Room, Listener]]:
        """Every open stream and every waiting poll, with its room."""
        for room in list(self.rooms.values()):
            for listener in list(room.listeners):
                yield room, listener

    def streams(self) -> Iterator[tuple[Room, Stream]]:
        """Every open stream with its room."""
        for room, listener in self.listeners():
            if isinstance(listener, Stream):
                yield room, listener

    async def grown_beyond(self, viewer: Viewer, position: int, *, seconds: float) -> None:
        """Return when the patient's stream has grown beyond `position`, when the viewer may not look any more, or
        after `seconds`.

        At once when as many are waiting as there may be streams: the caller then looks and asks again.
        `position` is one that the log has reached; a room that believed another would hear nothing any more.
        """
        if self._waiting >= self.settings.max_streams:
            return
        self._waiting += 1
        waiter = _Waiter(viewer)
        room = self.join(waiter, viewer.key, head=position)
        try:
            async with asyncio.timeout(seconds):
                while room.head <= position and not self.draining and not waiter.ended:
                    await waiter.woken.wait()
                    waiter.woken.clear()
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1
            self.leave(waiter, room)

    def drain(self) -> None:
        """Take no more streams and end the open ones, their returns spread over a few seconds."""
        self.draining = True
        metrics.DRAINING.set(1)
        for _, stream in self.streams():
            stream.end(Done("draining", reconnect=True, retry_ms=500 + round(4500 * self.draw())))
        for room in list(self.rooms.values()):
            room.wake()

    def begin_epoch(self, epoch: str | None) -> None:
        """The log is in this epoch; when it was in another one, everybody has to begin anew."""
        before, self._epoch = self._epoch, epoch
        if before not in (UNREAD, epoch):
            logger.warning("log_epoch_changed", streams=self.open_streams)
            self._passed.clear()
            for room in list(self.rooms.values()):
                self.let_go(room)

    def let_go(self, room: Room) -> None:
        """What this room has read is not what the log holds (a backup was restored): whoever comes back is told by
        its first frame where the log is now, and meets another room."""
        if self.rooms.get(room.key) is room:
            del self.rooms[room.key]
        self._passed.pop(room.key, None)
        for listener in list(room.listeners):
            listener.end(Done("timeout", reconnect=True, retry_ms=round(2000 * self.draw())))

    # Reading

    def ring(self, key: StreamKey) -> None:
        """The patient's log may have grown: read it."""
        self._rung[key] = None
        self._work.set()

    def fell_behind(self, stream: Stream) -> None:
        """The stream needs a page from its own cursor."""
        self._behind[stream] = None
        self._work.set()

    async def read_forever(self) -> None:
        while True:
            await self._work.wait()
            rooms, streams = self._take_work()
            try:
                await self._read(rooms, streams)
            except FAULTS as fault:
                logger.warning("log_not_readable", cause=type(fault).__name__)
                self._put_back(rooms, streams)
                await asyncio.sleep(min(1.0, self.settings.poll_seconds))

    def _take_work(self) -> tuple[list[Room], list[Stream]]:
        rooms = [self.rooms[key] for key in list(self._rung)[:CURSORS_PER_READ] if key in self.rooms]
        for key in list(self._rung)[:CURSORS_PER_READ]:
            del self._rung[key]
        streams = list(self._behind)[: CURSORS_PER_READ - len(rooms)]
        for stream in streams:
            del self._behind[stream]
        if not self._rung and not self._behind:
            self._work.clear()
        return rooms, streams

    def _put_back(self, rooms: list[Room], streams: list[Stream]) -> None:
        for room in rooms:
            if self.rooms.get(room.key) is room:
                self.ring(room.key)
        for stream in streams:
            if stream.listening:
                self.fell_behind(stream)

    async def _read(self, rooms: list[Room], streams: list[Stream]) -> None:
        # Cursors are fixed now: a room or stream may move on while the thread reads.
        of_rooms = [(room, Cursor(room.key, room.head)) for room in rooms]
        of_streams = [(stream, Cursor(stream.viewer.key, stream.cursor)) for stream in streams]
        wanted = [cursor for _, cursor in (*of_rooms, *of_streams)]
        if not wanted:
            return
        pages = await in_hearing(log.read, wanted)
        frames = {cursor: [event_frame(row) for row in page.rows] for cursor, page in pages.items()}
        heard: list[Row] = []
        for room, cursor in of_rooms:
            if room.head == cursor.after:
                room.grow(frames[cursor], now=self.now())
                heard += pages[cursor].rows
            if pages[cursor].has_more:
                self.ring(room.key)
        for stream, cursor in of_streams:
            stream.receive_page(cursor.after, frames[cursor])
        figures.heard(heard)

    # Hearing

    async def listen_forever(self) -> None:
        while True:
            try:
                await wakeup.listen(self._heard, self._listens)
            except FAULTS as fault:
                self._say_interrupted(fault)
            self.listening = False
            metrics.LISTENING.set(0)
            await asyncio.sleep(0.1 + min(1.0, self.settings.poll_seconds) * self.draw())

    def _listens(self) -> None:
        if self._interrupted:
            logger.info("wakeups_back")
        self.listening, self._interrupted = True, False
        metrics.LISTENING.set(1)
        self.round_due.set()

    def _say_interrupted(self, fault: BaseException) -> None:
        # Once: whoever carries wake-ups may be away for hours, and is tried every second.
        if not self._interrupted:
            logger.warning("wakeups_interrupted", cause=type(fault).__name__)
        self._interrupted = True

    def _heard(self, ring: wakeup.Ring) -> None:
        if isinstance(ring, wakeup.OrdersGiven):
            self.round_due.set()
            return
        if isinstance(ring, wakeup.AccessChanged):
            self.access_has_changed(ring.tenant_id, ring.patient_id)
            return
        key = StreamKey(ring.tenant_id, ring.patient_id)
        room = self.rooms.get(key)
        if room is None:
            self._let_pass(key, ring.position)
        elif ring.position > room.head:
            self.ring(key)

    def access_has_changed(self, tenant_id: str, patient_id: str | None) -> None:
        """Who may look at this patient, or None: at any of the tenant's, is asked at once. Was the person erased,
        their opened key is let go of, also where nobody listens."""
        keys.forget(tenant_id, patient_id or "")
        _note(self._access_changed_at, (tenant_id, patient_id), self.now())
        whose = {key for key in self.rooms if key.tenant_id == tenant_id and patient_id in (None, key.patient_id)}
        if whose:
            self.access_changed |= whose
            self.round_due.set()

    def _access_changed_since(self, then: float, key: StreamKey) -> bool:
        """Whether what the gate saw may be no longer so: whoever was on the way then was in no room."""
        return any(
            self._access_changed_at.get((key.tenant_id, whose), -1.0) >= then for whose in (None, key.patient_id)
        )

    def _let_pass(self, key: StreamKey, position: int) -> None:
        """Nobody listens to this patient; somebody may be on the way, who has read less."""
        _note(self._passed, key, position)

    # Life

    def start(self, *others: Callable[[], Awaitable[None]]) -> None:
        """Begin to read and to hear, and run `others` beside it, until `stop`."""
        work = (self.read_forever, self.listen_forever, self.clock.watch, self.recorder.write_forever, *others)
        self._tasks = [asyncio.create_task(_kept_alive(one)) for one in work]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.recorder.close()

    @staticmethod
    def now() -> float:
        return time.monotonic()

    def _crowded(self, key: StreamKey) -> bool:
        room = self.rooms.get(key)
        most = self.settings.max_streams_per_patient
        if room is None or len(room.listeners) < most:
            return False
        return sum(isinstance(listener, Stream) for listener in room.listeners) >= most


def _note(noted: dict[K, V], key: K, value: V) -> None:
    """Remember the value, and of too many forget the one that was noted first."""
    noted.pop(key, None)
    noted[key] = value
    if len(noted) > PASSED:
        del noted[next(iter(noted))]


async def _kept_alive(work: Callable[[], Awaitable[None]]) -> None:
    """Run work that must never end; a mistake in it costs a second, not the hearing of this process."""
    while True:
        try:
            await work()
            return
        except Exception:
            logger.exception("work_restarted")
            await asyncio.sleep(1)


class _Waiter:
    """A long poll that waits."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.ended = False
        self.woken = asyncio.Event()

    def wake(self) -> None:
        self.woken.set()

    def end(self, done: Done) -> None:
        # Why is not said here: the request that waits asks for itself what it may still answer.
        self.ended = True
        self.woken.set()


_current: Hub | None = None


def current() -> Hub:
    """The hub of this process; raises `StreamUnavailable` where none runs (a command, a test client)."""
    if _current is None:
        raise StreamUnavailable(reason="unavailable", retry_after=5)
    return _current


def install(hub: Hub | None) -> None:
    """Make `hub` the one of this process; None when it has stopped."""
    global _current
    _current = hub
