"""One client's connection through the wire, and what is done to it."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Final

PIECE: Final = 4096
BEFORE_AN_IDLE_CUT: Final = 1.0
"""Seconds that a connection to be cut may take to say something, so that the cut falls into its middle."""

STEP: Final = 0.05


class Link:
    """Passes bytes on between a client and a worker until either leaves, or the link is cut."""

    def __init__(
        self,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        worker: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self._client_reader, self._client_writer = client
        self._worker_reader, self._worker_writer = worker
        self._cut_asked = False
        self._rate = 0
        self._slow_until = 0.0
        self.cut_in_middle: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        """Once it is cut: whether that was in the middle of what the worker was saying."""

    async def run(self) -> None:
        """Until one of the two has left."""
        ways = {
            asyncio.create_task(self._pass_up()),
            asyncio.create_task(self._pass_down()),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for writer in (self._client_writer, self._worker_writer):
                writer.close()

    def cut(self) -> None:
        """Break it off in the middle of the next thing that the worker says; soon, when it says nothing."""
        if not self._cut_asked:
            self._cut_asked = True
            asyncio.get_running_loop().call_later(BEFORE_AN_IDLE_CUT, self._cut_now, False)

    def slow(self, *, rate: int, seconds: float) -> None:
        """Let the client take only `rate` bytes a second for a while."""
        self._rate, self._slow_until = rate, time.monotonic() + seconds

    async def _pass_up(self) -> None:
        while piece := await self._client_reader.read(65536):
            self._worker_writer.write(piece)
            await self._worker_writer.drain()

    async def _pass_down(self) -> None:
        while piece := await self._worker_reader.read(self._may_take()):
            if self._cut_asked and len(piece) > 1:
                # Not after the last byte: a frame must be torn.
                self._client_writer.write(piece[: random.randrange(1, len(piece))])
                await self._client_writer.drain()
                self._cut_now(True)
                return
            self._client_writer.write(piece)
            await self._client_writer.drain()
            if time.monotonic() < self._slow_until:
                await asyncio.sleep(len(piece) / self._rate)

    def _may_take(self) -> int:
        return max(1, int(self._rate * STEP)) if time.monotonic() < self._slow_until else PIECE

    def _cut_now(self, in_middle: bool) -> None:
        if not self.cut_in_middle.done():
            self.cut_in_middle.set_result(in_middle)
            for writer in (self._client_writer, self._worker_writer):
                writer.transport.abort()
