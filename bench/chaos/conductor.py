"""Carries the plan out: begins and ends each fault at its time, and notes when it really did."""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, Protocol

from bench.chaos.child import Child
from bench.chaos.fault import Fault, Kind
from bench.chaos.notes import Notebook
from bench.chaos.world import World

Act = Callable[[Fault], None]


class Breakable(Protocol):
    """Whatever can be killed and paused."""

    def start(self) -> None: ...
    def kill(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...


class Conductor:
    """Begins faults in the world and among the writers."""

    def __init__(self, world: World, writers: Mapping[str, Child], notes: Notebook, seed: int) -> None:
        self._world = world
        self._notes = notes
        self._draw = random.Random(f"{seed}/conductor")
        self._targets: dict[str, Breakable] = {
            **world.web,
            **writers,
            "database": world.database,
            "queue": world.queue,
            "wakeup": world.bell,
        }
        self.counts: dict[Kind, int] = {}

    def run(self, faults: Sequence[Fault], seconds: float, look: Callable[[float], None]) -> None:
        """For `seconds`; `look` is called a few times a second with how many have passed."""
        began, turn = time.monotonic(), count()
        due: list[tuple[float, int, Act, Fault, str]] = []
        for fault in faults:
            begin, end = self._acts(fault.kind)
            heapq.heappush(due, (fault.at, next(turn), begin, fault, "begins"))
            heapq.heappush(due, (fault.ends, next(turn), end, fault, "ends"))
        while due or time.monotonic() - began < seconds:
            passed = time.monotonic() - began
            while due and due[0][0] <= passed:
                _, _, act, fault, said = heapq.heappop(due)
                act(fault)
                self._note(fault, said)
            look(passed)
            time.sleep(0.1)

    def heal(self) -> None:
        """Let everything run that was meant to; a fault that was due to end has ended already."""
        for target in self._targets.values():
            target.resume()
        for clock in self._world.clocks.values():
            clock.move(0)
        self._world.wire.tell(do="heal")

    def _note(self, fault: Fault, said: str) -> None:
        if said == "begins":
            self.counts[fault.kind] = self.counts.get(fault.kind, 0) + 1
        self._notes.note(said=said, **fault.as_json())

    def _acts(self, kind: Kind) -> tuple[Act, Act]:
        """How a fault of this kind begins, and how it ends."""
        if kind in DISTURBED:
            return self._disturb, _nothing
        return {
            Kind.WEB_REPLACED: (lambda fault: self._world.web[fault.target].leave(), self._replace),
            Kind.DATABASE_CRASHED: (lambda _: self._world.database.crash(self._draw), _nothing),
            Kind.CLIENTS_CUT: (lambda fault: self._world.wire.tell(do="cut", share=fault.amount), _nothing),
            Kind.CLOCK_MOVED: (self._move_clock, lambda fault: self._world.clocks[fault.target].move(0)),
        }.get(kind) or (self._pause_or_kill(kind))

    def _pause_or_kill(self, kind: Kind) -> tuple[Act, Act]:
        if kind in PAUSED:
            return lambda fault: self._targets[fault.target].pause(), lambda fault: self._targets[fault.target].resume()
        return lambda fault: self._targets[fault.target].kill(), lambda fault: self._targets[fault.target].start()

    def _disturb(self, fault: Fault) -> None:
        self._world.wire.tell(do=DISTURBED[fault.kind], share=fault.amount, seconds=fault.seconds)

    def _replace(self, fault: Fault) -> None:
        self._world.web[fault.target].stop()
        self._world.web[fault.target].start()

    def _move_clock(self, fault: Fault) -> None:
        self._world.clocks[fault.target].move(int(fault.amount))


PAUSED = frozenset(
    {
        Kind.WEB_PAUSED,
        Kind.WEB_STALLED,
        Kind.DATABASE_PAUSED,
        Kind.QUEUE_PAUSED,
        Kind.WAKEUP_PAUSED,
        Kind.WRITER_PAUSED,
    }
)
DISTURBED = {
    Kind.CLIENTS_SLOWED: "slow",
    Kind.CALLBACKS_TWICE: "twice",
    Kind.CALLBACKS_LATE: "late",
    Kind.ANSWERS_LOST: "lost",
}
"""Faults of the wire that it ends by itself, and what it calls them."""

HARMFUL = frozenset(
    {
        Kind.WEB_KILLED,
        Kind.WEB_PAUSED,
        Kind.WEB_STALLED,
        Kind.WEB_REPLACED,
        Kind.DATABASE_KILLED,
        Kind.DATABASE_CRASHED,
        Kind.DATABASE_PAUSED,
    }
)
"""Faults that take who sends mails, or the database it stores in."""


def harmful_spans(noted: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """When each harmful fault really began and ended."""
    began: dict[tuple[str, str], float] = {}
    spans = []
    for one in noted:
        if one["kind"] in HARMFUL:
            key = (one["kind"], one["target"])
            if one["said"] == "begins":
                began[key] = one["at"]
            else:
                spans.append((began[key], one["at"]))
    return spans


def _nothing(_: Fault) -> None:
    """It ends by itself."""
