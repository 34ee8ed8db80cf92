"""Leaving: whatever the process waits for, the server is told to stop in time."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from curaway import drain
from curaway.drain import Drain
from events.hub import Hub
from events.stream_settings import StreamSettings


@pytest.fixture
def told() -> Iterator[list[int]]:
    """The signals that reach the server."""
    told: list[int] = []
    before = {number: signal.signal(number, lambda one, _: told.append(one)) for number in drain.SIGNALS}
    yield told
    for number, handler in before.items():
        signal.signal(number, handler)


async def never() -> None:
    """Goes on whoever cancels it, as what waits for a thread does; so the test ends it."""
    while not ended.is_set():
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0.01)


async def nothing() -> None:
    pass


ended = threading.Event()


def test_work_that_can_not_be_put_down_does_not_keep_the_process(
    told: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "HARD_STOP_SECONDS", 0.2)

    async def scene() -> None:
        Drain(Hub(StreamSettings()), put_down=never, before_exit=nothing).watch_signals()
        signal.raise_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(5):
                while told != [signal.SIGTERM, signal.SIGINT]:
                    await asyncio.sleep(0.01)
        finally:
            ended.set()

    asyncio.run(scene())
