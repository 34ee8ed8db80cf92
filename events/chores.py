"""What may have to be done though nobody here was told: left by a process that died, or due by now.

The round asks about all of them in its one query, so that a server at rest asks nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from events.question import Question


class Chore:
    """Somebody to wake when a question finds anything; asked again only after `every` seconds."""

    def __init__(self, sql: str, values: Mapping[str, Any], *, wake: Callable[[], None], every: float) -> None:
        # Where it is not its turn the database does not look: the condition is the same for all rows.
        self._sql = f"SELECT 1 AS found WHERE %(its_turn)s AND EXISTS ({sql})"
        self._values = values
        self._every = every
        self._next_at = 0.0
        self.wake = wake

    def question(self) -> Question:
        """For the next round. Whether it is answered or not, the one after the next is as late: a round that fails
        because of it must not fail again at once."""
        now = time.monotonic()
        its_turn = now >= self._next_at
        if its_turn:
            self._next_at = now + self._every
        return Question(self._sql, {"its_turn": its_turn, **self._values})
