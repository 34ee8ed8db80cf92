"""Leaving politely: on SIGTERM streams are told to come back elsewhere before the server stops.

uvicorn does not end open streams, waits for them without limit, and runs the lifespan's shutdown only after
they have ended. So the signal is taken first here, and handed to uvicorn when the streams have gone.
"""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any

from curaway import log
from events.hub import Hub

logger = log.get(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
NOTICE_SECONDS = 1.0
"""How long new requests are still answered (streams with 503 `draining`), so that a proxy sees /ready fall."""
STREAMS_SECONDS = 4.0
"""How long streams get to take their last frame."""
HARD_STOP_SECONDS = 8.0
"""After this, connections that take nothing are cut: the process has gone within 10 s."""


class Drain:
    """Takes SIGTERM and SIGINT before the server does.

    `put_down` ends long work so that it can be taken up elsewhere; `before_exit` is the lifespan's own end, for
    the case that the server has to be stopped without it.
    """

    def __init__(
        self, hub: Hub, *, put_down: Callable[[], Awaitable[None]], before_exit: Callable[[], Awaitable[None]]
    ) -> None:
        self._hub = hub
        self._put_down = put_down
        self._before_exit = before_exit
        self._servers: dict[int, Any] = {}
        self._draining: asyncio.Task[None] | None = None

    def watch_signals(self) -> None:
        """Chain in front of the server's handlers; nothing to do where signals go elsewhere (tests, threads)."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._loop = asyncio.get_running_loop()
        self._servers = {number: signal.signal(number, self._signalled) for number in SIGNALS}

    def forget_signals(self) -> None:
        for number, handler in self._servers.items():
            if signal.getsignal(number) == self._signalled:
                signal.signal(number, handler)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        if self._draining is not None:
            # Asked twice: at once, then.
            self._hand_over(number, frame)
            return
        self._loop.call_soon_threadsafe(self._begin, number)

    def _begin(self, number: int) -> None:
        if self._draining is None:
            self._draining = self._loop.create_task(self._leave(number))

    async def _leave(self, number: int) -> None:
        began = time.monotonic()
        streams = self._hub.open_streams
        self._hub.drain()
        logger.info("draining", streams=streams)
        if streams:
            await self._until(lambda: time.monotonic() >= began + NOTICE_SECONDS, began + NOTICE_SECONDS)
            await self._until(lambda: self._hub.open_streams == 0, began + STREAMS_SECONDS)
        # The server would cut what is under way before it could be left for another process to take up.
        # Not for ever, since it may wait for the database; and not cancelled, which would wait as well.
        putting_down = asyncio.ensure_future(self._put_down())
        await asyncio.wait({putting_down}, timeout=max(0.0, began + HARD_STOP_SECONDS - time.monotonic()))
        self._hand_over(number, None)
        await self._until(lambda: False, began + HARD_STOP_SECONDS)
        logger.warning("connections_cut", streams=self._hub.open_streams)
        await self._before_exit()
        # uvicorn's own way to be told "now": a second SIGINT after the first signal.
        server = self._servers[signal.SIGINT]
        if callable(server):
            server(signal.SIGINT, None)

    @staticmethod
    async def _until(reached: Callable[[], bool], deadline: float) -> None:
        while not reached() and time.monotonic() < deadline:
            await asyncio.sleep(0.05)

    def _hand_over(self, number: int, frame: FrameType | None) -> None:
        server = self._servers[signal.Signals(number)]
        if callable(server):
            server(number, frame)
