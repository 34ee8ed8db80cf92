"""Looking, again and again, for what a process that died left behind; any number of processes may do it at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from django.db import Error

from curaway import log
from curaway.threads import in_worker

logger = log.get(__name__)

EVERY_SECONDS = 10.0


async def sweep_for_ever(take_up: Callable[[], int], *, found: str) -> None:
    """Call `take_up` in a worker every ten seconds, until cancelled; log `found` with how many it took up."""
    while True:
        try:
            count = await in_worker(take_up)
            if count:
                logger.warning(found, count=count)
        except Error as fault:
            # Without its database it has nothing to do but to look again.
            logger.warning("sweep_failed", sweep=found, cause=type(fault).__name__)
        await asyncio.sleep(EVERY_SECONDS)
