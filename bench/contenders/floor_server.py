"""The floor's server; see `bench.contenders.floor` for what it lacks."""

from __future__ import annotations

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import psycopg

from bench.event import STREAMED_AS, frame_data

READ_SQL = """
SELECT log.patient_id, log.position, log.id, log.event_type, log.created_at, log.correlation_id, log.payload::text
FROM unnest(%s::text[], %s::bigint[]) AS wanted(patient_id, after)
JOIN log ON log.patient_id = wanted.patient_id AND log.position > wanted.after
ORDER BY log.patient_id, log.position
"""
HEAD_SQL = "SELECT position FROM head WHERE patient_id = %s"
HEARTBEAT_SECONDS = 15
HEARTBEAT = b":\n"
STATE = {"summary": "-" * 1679}
"""As long as the state of a patient whom `bench.seeding` made; the run's report shows both frames' lengths."""

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]
Frames = list[tuple[int, bytes]]


class Stream:
    """One open stream: what is to be written, and up to which position."""

    __slots__ = ("cursor", "frames", "woken")

    def __init__(self) -> None:
        self.cursor = 0
        self.frames: Frames = []
        self.woken = asyncio.Event()


class FloorServer:
    """ASGI: any GET is a stream of the patient named in the path."""

    def __init__(self, *, one_clock: bool = False) -> None:
        """`one_clock`: for the heartbeats of all streams, and not a timeout in each stream's own waiting, as one
        writes it."""
        self._one_clock = one_clock
        self._rooms: dict[str, set[Stream]] = defaultdict(set)
        self._heads: dict[str, int] = {}
        self._rung: dict[str, None] = {}
        self._work = asyncio.Event()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"].endswith("/stream"):
            await self._stream(scope, receive, send)
        else:
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        url = os.environ["DATABASE_URL"]
        self._reader = await psycopg.AsyncConnection.connect(url, autocommit=True)
        self._ear = await psycopg.AsyncConnection.connect(url, autocommit=True)
        await self._ear.execute("LISTEN grown")
        tasks = [asyncio.create_task(work()) for work in (self._hear, self._read)]
        if self._one_clock:
            tasks.append(asyncio.create_task(self._beat()))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in tasks:
            task.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _hear(self) -> None:
        async for notification in self._ear.notifies():
            if notification.payload in self._heads:
                self._rung[notification.payload] = None
                self._work.set()

    async def _read(self) -> None:
        """One read for all patients that were rung."""
        while True:
            await self._work.wait()
            self._work.clear()
            rung, self._rung = list(self._rung), {}
            found = await self._frames((patient, self._heads.get(patient, 0)) for patient in rung)
            for patient, frames in found.items():
                self._heads[patient] = frames[-1][0]
                for stream in self._rooms.get(patient, ()):
                    stream.frames.extend(frames)
                    stream.woken.set()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            for stream in [stream for room in self._rooms.values() for stream in room]:
                stream.woken.set()

    async def _frames(self, wanted: Iterable[tuple[str, int]]) -> dict[str, Frames]:
        cursors = list(wanted)
        read = await self._reader.execute(READ_SQL, [[key for key, _ in cursors], [after for _, after in cursors]])
        found: dict[str, Frames] = defaultdict(list)
        for patient, *row in await read.fetchall():
            wire = f"event: {STREAMED_AS}\nid: {row[0]}\ndata: {frame_data(row)}\n\n".encode()
            found[patient].append((row[0], wire))
        return found

    async def _stream(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        patient = scope["path"].split("/")[2]
        stream = Stream()
        # Joined before it reads, so that nothing falls between.
        self._heads.setdefault(patient, 0)
        self._rooms[patient].add(stream)
        leaving = asyncio.ensure_future(self._gone(receive))
        speaking = asyncio.ensure_future(self._speak(scope, patient, stream, send))
        try:
            await asyncio.wait([leaving, speaking], return_when=asyncio.FIRST_COMPLETED)
        finally:
            speaking.cancel()
            leaving.cancel()
            self._rooms[patient].discard(stream)
            if not self._rooms[patient]:
                del self._rooms[patient], self._heads[patient]

    async def _head(self, patient: str) -> int:
        row = await (await self._reader.execute(HEAD_SQL, [patient])).fetchone()
        return row[0] if row else 0

    @staticmethod
    async def _gone(receive: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def _speak(self, scope: dict[str, Any], patient: str, stream: Stream, send: Any) -> None:
        after = dict(scope["headers"]).get(b"last-event-id")
        head = await self._head(patient)
        stream.cursor = head if after is None else int(after)
        self._heads[patient] = max(self._heads[patient], head)
        if after is not None:
            stream.frames[:0] = (await self._frames([(patient, stream.cursor)])).get(patient, [])
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await self._write(send, self._connected(patient, stream.cursor, head))
        if wire := self._next(stream):
            await self._write(send, wire)
        while True:
            if self._one_clock:
                await stream.woken.wait()
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        await stream.woken.wait()
            stream.woken.clear()
            await self._write(send, self._next(stream) or HEARTBEAT)

    @staticmethod
    def _next(stream: Stream) -> bytes:
        frames, stream.frames = stream.frames, []
        wire = b"".join(wire for position, wire in frames if position > stream.cursor)
        if wire:
            stream.cursor = frames[-1][0]
        return wire

    @staticmethod
    def _connected(patient: str, position: int, head: int) -> bytes:
        facts = {
            "patient_id": patient,
            "position": position,
            "head": head,
            "resumed": position != head,
            "heartbeat_seconds": HEARTBEAT_SECONDS,
            "expires_at": "2030-01-01T00:00:00.000000Z",
            "state": STATE,
        }
        return f"event: connected\nid: {position}\nretry: 2000\ndata: {json.dumps(facts)}\n\n".encode()

    @staticmethod
    async def _write(send: Any, piece: bytes) -> None:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
