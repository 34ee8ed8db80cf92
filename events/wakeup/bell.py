"""What carries rings from one process to all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

CHANNEL = "curaway_events"


class Bell(Protocol):
    """A way for rings to travel. It may lose any of them; it must not hold anybody up, nor fail a writer."""

    needed: bool
    """Whether a process that cannot hear it is given no traffic (see `curaway.readiness`)."""

    when_silent: str
    """What /ready says of it while it cannot be heard."""

    def ring(self, message: str) -> None:
        """Send `message` to every process that listens, this one among them; called after a commit, from any thread.

        Never raises, and returns within a query's time whatever the carrier does: what is told is committed, and
        the poll tells it too.
        """

    async def listen(self, hear: Callable[[str], None], on_listening: Callable[[], None]) -> None:
        """Hear messages until the carrier breaks; raises `psycopg.Error` or `OSError` then.

        `on_listening` is called once messages can be heard.
        """
