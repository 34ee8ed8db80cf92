"""The one place at the reader's desk: on a machine, one reader looks at pictures at a time."""

import asyncio
import fcntl
import math
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

LOOK_AGAIN_SECONDS = 0.1


class SlotTaken(Exception):
    """Others were reading all the time."""


@asynccontextmanager
async def reading_slot(*, wait_seconds: float = math.inf) -> AsyncIterator[None]:
    """Waits, holding no thread, until no other task or process of this user reads; then the block may.

    Raises `SlotTaken` when that took longer than `wait_seconds`.

    A lock on a file and nothing beside it: an asyncio.Semaphore belongs to one event loop, and a machine runs
    several processes, each reader taking about a gigabyte. The kernel frees the lock of a process that dies.
    First come, first served is not promised.
    """
    place = os.open(slot_path(), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    until = time.monotonic() + wait_seconds
    try:
        while not taken(place):
            if time.monotonic() > until:
                raise SlotTaken
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        yield
    finally:
        os.close(place)


def slot_path() -> Path:
    """In the system's temporary folder, named after the user: another user's file could not be opened."""
    return Path(tempfile.gettempdir()) / f"curaway-document-reader-{os.getuid()}.lock"


def taken(place: int) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
