"""How many events a second writers record, each a process of its own."""

from __future__ import annotations

import time
from contextlib import ExitStack
from itertools import chain

from bench.bout import Bout, Failed
from bench.children import ProgramDied, Talking
from bench.contenders.contender import patient_id
from bench.measures.measure import EMIT_MANY, EMIT_ONE, say
from bench.plan import Plan
from bench.results import Results

BARE = "bare create"
"""Not a contender: `Event.objects.create` in our own table, for comparison."""

HEAD_START_SECONDS = 0.3
PATIENTS = 200


def measure(bouts: list[Bout], plan: Plan, rounds: int, results: Results) -> None:
    """All kinds of writers in turn, first one writer of each, then all of them; servers listen, nobody is there."""
    with ExitStack() as ending:
        crews = {}
        for kind, bout, name in chain.from_iterable(map(_kinds, bouts)):
            try:
                crews[kind] = _crew(bout, name, plan.writers, ending)
            except (Failed, ProgramDied) as failed:
                for cell in (EMIT_ONE, EMIT_MANY):
                    results.fail(cell.key, kind, str(failed))
        for cell, size in ((EMIT_ONE, 1), (EMIT_MANY, plan.writers)):
            for kind, crew in list(crews.items()) * rounds:
                rate = _hammer(crew[:size], seconds=plan.emit_seconds)
                results.add(cell.key, kind, rate)
                say(f"{kind}: {size} writing, {rate:,.0f} events/s")


def _crew(bout: Bout, name: str, size: int, ending: ExitStack) -> list[Talking]:
    """Writers that have written already, so that none of them is still starting; raises `Failed`, `ProgramDied`."""
    bout.start()
    crew = []
    for _ in range(size):
        crew.append(bout.writer(name))
        ending.callback(crew[-1].stop)
    _hammer(crew, seconds=0.2)
    return crew


def _kinds(bout: Bout) -> list[tuple[str, Bout, str]]:
    """What it is called, whose database, which writer."""
    return [(bout.name, bout, "Writer"), *([(BARE, bout, "BareWriter")] if bout.name == "ours" else [])]


def _hammer(crew: list[Talking], *, seconds: float) -> float:
    at = time.monotonic() + HEAD_START_SECONDS
    share = PATIENTS // len(crew)
    for number, writer in enumerate(crew):
        patients = [patient_id(patient) for patient in range(number * share, (number + 1) * share)]
        writer.tell(do="hammer", patients=patients, at=at, seconds=seconds)
    return sum(answer["count"] / answer["seconds"] for answer in [writer.answer() for writer in crew])
