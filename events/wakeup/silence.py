"""No bell: every process finds what is new by its poll alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Silence:
    """For a database that can only be reached through a pooler, and for proving that the poll is enough."""

    needed = False
    when_silent = "off: events are heard by the poll"

    def ring(self, message: str) -> None:
        """Nobody hears it."""

    async def listen(self, hear: Callable[[str], None], on_listening: Callable[[], None]) -> None:
        """Never hears anything, until cancelled."""
        await asyncio.get_running_loop().create_future()
