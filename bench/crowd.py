"""Many open streams of one contender, inside the client process: who opened, what was heard, and when."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from bench.parser import EventStreamParser, id_of, nonce_of

LOOK_SECONDS = 0.5
"""How often it is looked whether anybody is there to hear."""


class Crowd:
    """The streams of one contender. Arrivals are counted, or noted one by one."""

    def __init__(self, host: str, port: int, *, ids: str) -> None:
        """`ids`: "positions" when the contender's are, without holes, which is then checked."""
        self.host, self.port = host, port
        self.dense = ids == "positions"
        self.streams: set[Listener] = set()
        self.ended: Counter[str] = Counter()
        self.holes = 0
        self.frame_bytes = {"first": 0, "event": 0}
        self.expect(0)

    def expect_each(self, count: int) -> None:
        """From now on: note each arrival, up to `count`."""
        self.expect(count)
        self.arrivals = []

    def expect(self, count: int) -> None:
        """From now on: count arrivals, up to `count`."""
        self.target = count
        self.heard = 0
        self.arrivals: list[tuple[int, int, float]] | None = None
        self.first_at = self.last_at = self.first_cpu = self.last_cpu = 0.0
        self.reached = asyncio.Event()

    def arrived(self, key: int, nonce: int, at: float) -> None:
        self.heard += 1
        if self.arrivals is not None:
            self.arrivals.append((key, nonce, at))
        if self.heard == 1:
            self.first_at, self.first_cpu = at, time.process_time()
        if self.heard >= self.target:
            self.last_at, self.last_cpu = at, time.process_time()
            self.reached.set()

    async def open(self, requests: list[tuple[int, str, int]], *, at_once: int, seconds: float) -> dict[str, Any]:
        """Open a stream per `(key, request, position)`, `at_once` at a time; each counts when its first frame is
        here. Gives up on what has not opened after `seconds`."""
        self.ended.clear()
        opened_before = self._ready()
        began, cpu = time.monotonic(), time.process_time()
        waiting = iter(requests)
        openers = [asyncio.ensure_future(self._open_each(waiting)) for _ in range(at_once)]
        _, late = await asyncio.wait(openers, timeout=seconds)
        for opener in late:
            opener.cancel()
        took = time.monotonic() - began
        ready = self._ready() - opened_before
        return {
            "ready": ready,
            "began_at": began,
            "seconds": took,
            "client_share": (time.process_time() - cpu) / took,
            "failures": dict(self.ended) | ({"not opened in time": len(requests) - ready} if late else {}),
        }

    def _ready(self) -> int:
        return sum(stream.was_ready for stream in self.streams)

    async def _open_each(self, waiting: Iterator[tuple[int, str, int]]) -> None:
        loop = asyncio.get_running_loop()
        for key, request, position in waiting:
            listener = Listener(self, key, request.encode(), position)
            try:
                await loop.create_connection(lambda listener=listener: listener, self.host, self.port)
            except OSError as refused:
                self.ended[type(refused).__name__] += 1
                continue
            await listener.settled

    async def wait(self, *, seconds: float) -> dict[str, Any]:
        """What was heard once the expected count is here, or all streams have ended, or after `seconds`."""
        until = time.monotonic() + seconds
        while self.streams and not self.reached.is_set() and time.monotonic() < until:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(LOOK_SECONDS, until - time.monotonic())):
                    await self.reached.wait()
        if not self.reached.is_set():
            self.last_at, self.last_cpu = time.monotonic(), time.process_time()
        wall = self.last_at - self.first_at
        return {
            "heard": self.heard,
            "first_at": self.first_at,
            "last_at": self.last_at,
            "client_share": (self.last_cpu - self.first_cpu) / wall if self.first_at and wall > 0 else 0.0,
            "open": len(self.streams),
            "ended": dict(self.ended),
            "holes": self.holes,
            "frame_bytes": self.frame_bytes,
            "arrivals": self.arrivals or [],
        }

    async def close(self) -> dict[str, Any]:
        """Cut every stream."""
        for stream in list(self.streams):
            stream.cut()
        while self.streams:
            await asyncio.sleep(0.01)
        self.ended.clear()
        return {"holes": self.holes}


class Listener(asyncio.Protocol):
    """One stream."""

    __slots__ = ("_crowd", "_key", "_parser", "_position", "_request", "_transport", "settled", "was_ready")

    def __init__(self, crowd: Crowd, key: int, request: bytes, position: int) -> None:
        self._crowd, self._key, self._request, self._position = crowd, key, request, position
        self._parser = EventStreamParser()
        self.was_ready = False
        self.settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the first frame is here, or none will come."""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._crowd.streams.add(self)
        transport.write(self._request)
        self._request = b""

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        for frame in self._parser.feed(data):
            self._take(frame, at)
        if self._parser.status not in (0, 200):
            self._transport.abort()

    def _take(self, frame: bytes, at: float) -> None:
        if not self.was_ready:
            self.was_ready = True
            self._crowd.frame_bytes["first"] = len(frame)
            if not self.settled.done():
                self.settled.set_result(None)
        nonce = nonce_of(frame)
        if nonce is None:
            return
        if self._crowd.dense:
            self._check_dense(frame)
        self._crowd.frame_bytes["event"] = len(frame)
        self._crowd.arrived(self._key, nonce, at)

    def _check_dense(self, frame: bytes) -> None:
        position = int(id_of(frame) or 0)
        if self._position >= 0 and position != self._position + 1:
            self._crowd.holes += 1
        self._position = position

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.streams.discard(self)
        status = self._parser.status
        self._crowd.ended["ended by the server" if status == 200 else f"answered {status or 'nothing'}"] += 1
        if not self.settled.done():
            self.settled.set_result(None)

    def cut(self) -> None:
        self._transport.abort()
