"""The small server, careless of those who leave or read slowly, in one way at a time."""

from __future__ import annotations

import asyncio
import mmap
import os
import socket
from dataclasses import replace
from typing import Any

from bench.conformance.target import Target
from tests.bench.small_request import Request
from tests.bench.small_server import SmallServer

ROOM = 60
"""Streams, where there is room for few."""
LONG = b": " + b"x" * 10_000 + b"\n"
"""A line that makes an event longer than a socket's buffers, where they are small."""
NOT_READ_SECONDS = 0.1
PILE_BYTES = 16384


class CarelessServer(SmallServer):
    """Without a sin it lets its streams be as they are by every proxy, and keeps nothing of those who left."""

    def __init__(self, sin: str = "") -> None:
        super().__init__(sin)
        self._opened = 0
        self._writers: list[Any] = []
        self._kept: list[Any] = []
        self._slow: set[Any] = set()
        self._one_at_a_time = asyncio.Lock()

    async def __aexit__(self, *_: object) -> None:
        await super().__aexit__()
        for kept in self._kept:
            if isinstance(kept, socket.socket | mmap.mmap):
                kept.close()
            elif isinstance(kept, asyncio.Task):
                kept.cancel()

    def target(self, lane: int) -> Target:
        target = replace(super().target(lane), processes=lambda: [os.getpid()])
        return replace(target, delivers_within=0.5) if self._sin else target

    def _head(self, request: Request, framing: dict[str, str]) -> bytes:
        coding = {} if self._sin == "may be compressed" else {"Content-Encoding": "identity"}
        return super()._head(request, {**coding, **framing})

    async def _stream(self, request: Request, reader: asyncio.StreamReader, writer: Any) -> None:
        self._opened += 1
        if self._sin == "room for few" and self._opened > ROOM:
            writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
            return
        self._writers.append(writer)
        self._begin(writer.get_extra_info("socket"), writer.transport)
        try:
            await super()._stream(request, reader, writer)
        finally:
            writer.close()
            if self._sin == "works for nobody":
                self._kept.append(asyncio.create_task(_work()))

    def _begin(self, end: Any, transport: Any) -> None:
        if self._sin == "lets nobody go":
            self._kept.append(end.dup())
        if self._sin in ("waits for the slowest", "drops what is not read"):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            transport.set_write_buffer_limits(0)

    def _event(self, number: int) -> bytes:
        long = self._sin in ("waits for the slowest", "drops what is not read")
        return (LONG if long else b"") + super()._event(number)

    async def _tell(self, writer: Any, event: bytes) -> None:
        if writer in self._slow or await self._has_stopped():
            return
        if self._sin == "piles up":
            self._kept.append(_piled_up(event))
        writer.write(event)
        if self._sin == "waits for the slowest":
            async with self._one_at_a_time:
                await writer.drain()
        if self._sin == "drops what is not read":
            await self._give_up_soon(writer)

    async def _has_stopped(self) -> bool:
        if self._sin != "stops when somebody leaves":
            return False
        await asyncio.sleep(NOT_READ_SECONDS)
        return any(writer.is_closing() for writer in self._writers)

    async def _give_up_soon(self, writer: Any) -> None:
        try:
            async with asyncio.timeout(NOT_READ_SECONDS):
                await writer.drain()
        except TimeoutError:
            self._slow.add(writer)


def _piled_up(event: bytes) -> mmap.mmap:
    # Pages of its own: the heap may have room that earlier tests have left.
    pages = mmap.mmap(-1, PILE_BYTES)
    pages.write(event.ljust(PILE_BYTES))
    return pages


async def _work() -> None:
    while True:
        await asyncio.sleep(0)
