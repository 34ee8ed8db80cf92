"""The sweep: matches that a process left open when it died are ended by any other."""

from __future__ import annotations

import asyncio

from django.db import Error
from django.utils import timezone

from curaway import log
from curaway.threads import in_worker
from patients.matching.service import end_dead_matches

logger = log.get(__name__)

EVERY_SECONDS = 10.0


async def sweep_matches() -> None:
    """Look for dead matches, for ever, until cancelled; any number of processes may do it at once."""
    while True:
        try:
            ended = await in_worker(_sweep)
            if ended:
                logger.warning("matches_ended", count=ended)
        except Error as fault:
            # Without its database it has nothing to do but to look again.
            logger.warning("matches_not_read", cause=type(fault).__name__)
        await asyncio.sleep(EVERY_SECONDS)


def _sweep() -> int:
    return end_dead_matches(now=timezone.now())
