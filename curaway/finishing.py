"""Work that goes on to its end when whoever asked for it has hung up."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

R = TypeVar("R")

SETTLE_SECONDS = 5.0

_under_way: set[asyncio.Task[Any]] = set()


async def to_its_end(work: Coroutine[Any, Any, R]) -> R:
    """What `work` returns. When its caller is cancelled it goes on all the same, in the caller's context."""
    task = asyncio.create_task(work)
    _under_way.add(task)
    task.add_done_callback(_forget)
    return await asyncio.shield(task)


async def settle() -> None:
    """Return when what is under way in this event loop has ended, or after five seconds: the process leaves."""
    here = [task for task in _under_way if task.get_loop() is asyncio.get_running_loop()]
    if here:
        await asyncio.wait(here, timeout=SETTLE_SECONDS)


def _forget(task: asyncio.Task[Any]) -> None:
    _under_way.discard(task)
    if not task.cancelled():
        task.exception()  # asked for, since whoever waited for it may have gone
