"""What can go wrong in a run, and what one fault of its plan is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """A way to fail; the value is what the report calls it."""

    WEB_KILLED = "web worker killed"
    WEB_PAUSED = "web worker paused"
    WEB_STALLED = "web worker paused beyond its claims"
    WEB_REPLACED = "web worker replaced"
    DATABASE_KILLED = "database killed"
    DATABASE_CRASHED = "database session killed"
    DATABASE_PAUSED = "database paused"
    QUEUE_KILLED = "queue killed"
    QUEUE_PAUSED = "queue paused"
    WAKEUP_KILLED = "wake-up killed"
    WAKEUP_PAUSED = "wake-up paused"
    WRITER_KILLED = "writer killed"
    WRITER_PAUSED = "writer paused"
    CLIENTS_CUT = "client sockets cut"
    CLIENTS_SLOWED = "clients slowed"
    CALLBACKS_TWICE = "callbacks delivered twice"
    CALLBACKS_LATE = "callbacks delivered late"
    ANSWERS_LOST = "callbacks' answers lost"
    CLOCK_MOVED = "clock moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Begins `at` seconds after the run's begin and lasts `seconds`.

    `amount` is a share (0-1) of the connections or callbacks it meets, or the seconds that a clock is moved by.
    """

    kind: Kind
    target: str
    at: float
    seconds: float
    amount: float = 1.0

    @property
    def ends(self) -> float:
        return self.at + self.seconds

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
