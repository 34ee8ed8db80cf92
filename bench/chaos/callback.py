"""A request with its whole body, taken from the queue and passed on to a worker, once, late, or twice."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

from bench.chaos.notes import Notebook

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
LONGEST_HOLD: Final = 10.0
"""Seconds; a signature is good for five minutes."""

SECOND_AFTER: Final = 3.0
NO_WORKER: Final = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
CALLBACKS: Final = b"POST /webhooks/"


class Callbacks:
    """What is done to callbacks: each of `twice`, `late` and `lost` is a share of them, until its time is over.

    The first one that passes is met whatever the share, and after that time too: none shall have been for nothing.
    """

    def __init__(self, dial: Callable[[], Awaitable[Connection]], notes: Notebook, draw: random.Random) -> None:
        self._dial = dial
        self._notes = notes
        self._draw = draw
        self._shares: dict[str, tuple[float, float]] = {}
        self._owed: set[str] = set()
        self._copies: set[asyncio.Task[bytes]] = set()

    def disturb(self, what: str, *, share: float, seconds: float) -> None:
        self._shares[what] = (share, time.monotonic() + seconds)
        self._owed.add(what)

    def heal(self) -> None:
        self._shares.clear()
        self._owed.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request and answer it."""
        try:
            request = await _request(reader)
            answer = await (self._delivered(request) if request.startswith(CALLBACKS) else self._passed_on(request))
            writer.write(answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            pass  # whoever called is gone, or the worker died with the request: the caller hears the break
        finally:
            writer.close()

    async def _delivered(self, request: bytes) -> bytes:
        if self._meets("late"):
            held = self._draw.uniform(1, LONGEST_HOLD)
            self._notes.note(done="callback late", seconds=round(held, 1))
            await asyncio.sleep(held)
        if self._meets("twice"):
            self._notes.note(done="callback twice")
            after = self._draw.choice([0.0, self._draw.uniform(0, SECOND_AFTER)])
            copy = asyncio.create_task(self._copied(request, after))
            self._copies.add(copy)
            copy.add_done_callback(self._copies.discard)
        answer = await self._passed_on(request)
        if self._meets("lost"):
            self._notes.note(done="callback's answer lost")
            raise ConnectionAbortedError
        return answer

    async def _copied(self, request: bytes, after: float) -> bytes:
        await asyncio.sleep(after)
        try:
            return await self._passed_on(request)
        except (ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            return b""  # nobody waits for the copy's answer

    async def _passed_on(self, request: bytes) -> bytes:
        try:
            reader, writer = await self._dial()
        except ConnectionError:
            return NO_WORKER
        try:
            writer.write(_alone(request))
            await writer.drain()
            answer = await reader.read(-1)
        finally:
            writer.close()
        if not answer:
            raise ConnectionResetError
        return answer

    def _meets(self, what: str) -> bool:
        if what in self._owed:
            self._owed.remove(what)
            return True
        share, until = self._shares.get(what, (0.0, 0.0))
        return time.monotonic() < until and self._draw.random() < share


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return head + await reader.readexactly(length)


def _alone(request: bytes) -> bytes:
    """With the wish to close after the answer, so that its end is the connection's."""
    head, _, body = request.partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"Connection: close"]) + b"\r\n\r\n" + body
