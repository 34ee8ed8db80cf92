"""The faults of a run, drawn from its seed: the same seed and length give the same plan."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from typing import NamedTuple

from bench.chaos.fault import Fault, Kind

FIRST_AFTER = 1.0
MEAN_PAUSE = 2.5
"""Seconds from one fault to the next, in a run that has time."""

REST_BETWEEN = 1.0
"""Seconds that a target is left alone after a fault."""

SERVER_SKEW, QUEUE_SKEW = 2, 6
"""Seconds. Callers' tokens are shifted by up to 2 s more: together below the 5 s that a token's `iat` may lie ahead,
and, with the queue's clock, below the 10 s of a callback's `nbf`."""


class Habit(NamedTuple):
    """How often a kind is drawn beside the others, whom it meets, how long it lasts, and how strong it is."""

    weight: float
    targets: tuple[str, ...]
    seconds: tuple[float, float]
    amount: tuple[float, float] = (1.0, 1.0)


def habits(*, workers: int, writers: int, wakeup_pauses: bool, clocks_move: bool) -> dict[Kind, Habit]:
    """Every kind that this world can suffer."""
    web = tuple(f"web{number}" for number in range(1, workers + 1))
    writing = tuple(f"writer{number}" for number in range(1, writers + 1))
    found = {
        Kind.WEB_KILLED: Habit(3, web, (0.2, 4)),
        Kind.WEB_PAUSED: Habit(2, web, (0.5, 8)),
        Kind.WEB_STALLED: Habit(0.3, web, (32, 40)),
        Kind.WEB_REPLACED: Habit(1, web, (4, 7)),
        Kind.DATABASE_KILLED: Habit(1.5, ("database",), (0, 3)),
        Kind.DATABASE_CRASHED: Habit(1, ("database",), (0, 0)),
        Kind.DATABASE_PAUSED: Habit(1, ("database",), (0.3, 4)),
        Kind.QUEUE_KILLED: Habit(2, ("queue",), (0.2, 6)),
        Kind.QUEUE_PAUSED: Habit(1, ("queue",), (0.5, 6)),
        Kind.WAKEUP_KILLED: Habit(2, ("wakeup",), (0.2, 8)),
        Kind.WAKEUP_PAUSED: Habit(1, ("wakeup",), (0.5, 6)),
        Kind.WRITER_KILLED: Habit(1, writing, (0.1, 2)),
        Kind.WRITER_PAUSED: Habit(1, writing, (0.5, 4)),
        Kind.CLIENTS_CUT: Habit(4, ("clients",), (0, 0), (0.2, 1.0)),
        Kind.CLIENTS_SLOWED: Habit(2, ("clients",), (2, 12), (0.2, 0.8)),
        Kind.CALLBACKS_TWICE: Habit(3, ("callbacks",), (4, 15), (0.5, 1.0)),
        Kind.CALLBACKS_LATE: Habit(2, ("callbacks",), (4, 12), (0.5, 1.0)),
        Kind.ANSWERS_LOST: Habit(2, ("callbacks",), (3, 8), (0.3, 0.6)),
        Kind.CLOCK_MOVED: Habit(2, (*web, "queue"), (4, 20)),
    }
    impossible = set()
    if not wakeup_pauses:
        impossible.add(Kind.WAKEUP_PAUSED)
    if not clocks_move:
        impossible.add(Kind.CLOCK_MOVED)
    return {kind: habit for kind, habit in found.items() if kind not in impossible}


def plan(seed: int, seconds: float, of: dict[Kind, Habit], only: Collection[Kind] = ()) -> list[Fault]:
    """The faults of a run of `seconds`, in order; each kind once before any comes again."""
    draw = random.Random(seed)
    allowed = {kind: habit for kind, habit in of.items() if not only or kind in only}
    kinds = _shuffled(draw, list(allowed))
    pause = min(MEAN_PAUSE, 0.8 * seconds / max(1, len(kinds)))
    busy_until: dict[str, float] = {}
    faults: list[Fault] = []
    at = FIRST_AFTER
    while at < seconds:
        kind = kinds.pop() if kinds else draw.choices(list(allowed), [habit.weight for habit in allowed.values()])[0]
        fault = _drawn(draw, kind, allowed[kind], round(at, 2), seconds)
        place = _place(fault)
        if fault.at >= busy_until.get(place, 0.0):
            faults.append(fault)
            busy_until[place] = fault.ends + REST_BETWEEN
        else:
            kinds.insert(0, kind)  # its turn comes when somebody it may meet is up again
        at += draw.uniform(0.5, 1.5) * pause
    return faults


OVERLAPPING = frozenset(
    {Kind.CLIENTS_CUT, Kind.CLIENTS_SLOWED, Kind.CALLBACKS_TWICE, Kind.CALLBACKS_LATE, Kind.ANSWERS_LOST}
)
"""Nothing is down meanwhile: each of them may meet whatever else happens, but not itself."""


def _place(fault: Fault) -> str:
    """What only one fault at a time may hold."""
    if fault.kind in OVERLAPPING:
        return str(fault.kind)
    # A process whose clock is wrong may be killed as well.
    return f"clock of {fault.target}" if fault.kind is Kind.CLOCK_MOVED else fault.target


def _shuffled(draw: random.Random, kinds: Sequence[Kind]) -> list[Kind]:
    return draw.sample(kinds, len(kinds))


def _drawn(draw: random.Random, kind: Kind, habit: Habit, at: float, end: float) -> Fault:
    target = draw.choice(habit.targets)
    amount = round(draw.uniform(*habit.amount), 2)
    if kind is Kind.CLOCK_MOVED:
        most = QUEUE_SKEW if target == "queue" else SERVER_SKEW
        amount = float(draw.choice([-1, 1]) * draw.randint(1, most))
    # All faults end with the run: what follows is healing.
    lasts = round(min(draw.uniform(*habit.seconds), max(0.0, end - at)), 2)
    return Fault(kind=kind, target=target, at=at, seconds=lasts, amount=amount)
