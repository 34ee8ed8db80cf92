"""Those who live in one process until it is told to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterable
from typing import Any


async def live(lives: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All of them at once, until SIGTERM.

    One that fails by itself is a mistake of ours and is raised: better no verdict than one without it.
    """
    living = [asyncio.create_task(life) for life in lives]
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    ending = asyncio.create_task(told.wait())
    done, _ = await asyncio.wait([*living, ending], return_when=asyncio.FIRST_COMPLETED)
    for task in living:
        task.cancel()
    for task in done - {ending}:
        task.result()
