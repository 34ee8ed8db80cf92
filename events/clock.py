"""One clock for all open streams of a process, instead of a timer each."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from events.stream import Stream


class Clock:
    """Tells streams that they are late: each says by its `due` when it would be."""

    def __init__(self, *, every: float) -> None:
        """`every`: seconds between looks, and how late it may tell."""
        self.streams: set[Stream] = set()
        self._every = every

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._every)
            now = time.monotonic()
            for stream in [stream for stream in self.streams if stream.due <= now]:
                stream.be_late()
