"""How many events a second writers record, each a process of its own."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain

from bench.bout import Bout
from bench.children import Talking
from bench.contenders.contender import patient_id
from bench.measures.measure import BARE_MANY, BARE_ONE, EMIT_MANY, EMIT_ONE, Measure, say
from bench.plan import Plan
from bench.results import Results

JUDGED = ("ours", "floor", "eventstream")
"""Whose every round counts; the others have `peer_rounds`."""

HEAD_START_SECONDS = 0.3
PATIENTS = 200


@dataclass(eq=False)
class Crew:
    """Writers of one kind, and the rows of what they do alone and together."""

    bout: Bout
    writer: str
    cells: tuple[Measure, Measure]
    members: list[Talking] = field(default_factory=list)

    def gather(self, size: int, ending: ExitStack) -> None:
        """Start the writers and let them write, so that none of them is still starting."""
        self.bout.start()
        for _ in range(size):
            self.members.append(self.bout.writer(self.writer))
            ending.callback(self.members[-1].stop)
        self.hammer(size, seconds=0.2)

    def hammer(self, size: int, *, seconds: float) -> float:
        """Events per second by so many of them."""
        at, share = time.monotonic() + HEAD_START_SECONDS, PATIENTS // size
        for number, writer in enumerate(self.members[:size]):
            patients = [patient_id(patient) for patient in range(number * share, (number + 1) * share)]
            writer.tell(do="hammer", patients=patients, at=at, seconds=seconds)
        return sum(answer["count"] / answer["seconds"] for answer in [one.answer() for one in self.members[:size]])

    def fail(self, problem: Exception, results: Results) -> None:
        """Say so in the table, and go on without them."""
        why = self.bout.why(problem)
        say(f"{self.bout.name}: {why}")
        for cell in self.cells:
            results.fail(cell.key, self.bout.name, why)
        self.members = []


def measure(bouts: list[Bout], plan: Plan, results: Results) -> None:
    """All kinds of writers in turn, first one writer of each, then all of them; servers listen, nobody is there."""
    crews = list(chain.from_iterable(map(_crews, bouts)))
    with ExitStack() as ending:
        for crew in crews:
            try:
                crew.gather(plan.writers, ending)
            except Exception as problem:
                crew.fail(problem, results)
        for turn in range(2 * plan.rounds):
            together, turn_of_size = divmod(turn, plan.rounds)
            for crew in crews:
                if crew.members and turn_of_size < _rounds(crew.bout, plan):
                    _one(crew, (1, plan.writers)[together], crew.cells[together], plan, results)


def _one(crew: Crew, size: int, cell: Measure, plan: Plan, results: Results) -> None:
    try:
        rate = crew.hammer(size, seconds=plan.emit_seconds)
    except Exception as problem:
        crew.fail(problem, results)
        return
    results.add(cell.key, crew.bout.name, rate)
    say(f"{crew.bout.name}, {crew.writer}: {size} writing, {rate:,.0f} events/s")


def _rounds(bout: Bout, plan: Plan) -> int:
    return plan.rounds if bout.name in JUDGED else plan.peer_rounds


def _crews(bout: Bout) -> list[Crew]:
    bare = [Crew(bout, "BareWriter", (BARE_ONE, BARE_MANY))] if bout.name == "ours" else []
    return [Crew(bout, "Writer", (EMIT_ONE, EMIT_MANY)), *bare]
