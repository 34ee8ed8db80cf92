"""Taking up what a process that died left behind; any number of processes may do it at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from django.db import Error

from curaway import log, metrics
from curaway.errors import AppError
from curaway.threads import in_worker

logger = log.get(__name__)

EVERY_SECONDS = 10.0
"""How often the round asks whether there is something to take up."""


class Sweep:
    """Calls `take_up` in a worker at its start and whenever it is woken; logs `found` with how many it took up."""

    def __init__(self, take_up: Callable[[], int], *, found: str) -> None:
        self._take_up = take_up
        self._found = found
        self._there: asyncio.Event | None = None

    def wake(self) -> None:
        """Say that there is something; called on the event loop."""
        if self._there is not None:
            self._there.set()

    async def run(self) -> None:
        """Until cancelled."""
        # Made here: an event belongs to the loop that waits for it.
        there = self._there = asyncio.Event()
        while True:
            await self._once()
            await there.wait()
            there.clear()

    async def _once(self) -> None:
        try:
            count = await in_worker(self._take_up)
            metrics.swept(self._found, count)
            if count:
                logger.warning(self._found, count=count)
        except (Error, AppError) as fault:
            # Without its database it has nothing to do but to be woken again; what was refused is refused at once.
            logger.warning("sweep_failed", sweep=self._found, cause=type(fault).__name__)
