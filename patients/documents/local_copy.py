"""A document's bytes as a file of this machine, had without holding up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path

from patients.documents.storage import storage


@asynccontextmanager
async def local_copy(key: str) -> AsyncIterator[Path]:
    """`Storage.local_copy` in a thread of its own; raises what that raises.

    Cancelled while the bytes are on their way, it leaves nothing behind: the thread clears up when it is done.
    """
    copy = storage().local_copy(key)
    fetching = asyncio.ensure_future(asyncio.to_thread(copy.__enter__))
    try:
        path = await asyncio.shield(fetching)
    except asyncio.CancelledError:
        fetching.add_done_callback(lambda done: _clear_up(done, copy))
        raise
    try:
        yield path
    finally:
        copy.__exit__(None, None, None)


def _clear_up(fetched: asyncio.Future[Path], copy: AbstractContextManager[Path]) -> None:
    if not fetched.cancelled() and fetched.exception() is None:
        copy.__exit__(None, None, None)
