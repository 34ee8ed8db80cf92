"""Many events at once, a stream per patient: how many a second the server gets through.

The rows are written by plain SQL before the clock starts, so that the figure is the server's and not the writer's;
where that is not possible, the cell is marked.
"""

from __future__ import annotations

from bench.bout import Bout
from bench.measures.measure import FLOOD, FLOOD_CPU, attempt, gather, say
from bench.plan import Plan
from bench.results import Results
from bench.statistics import median

CELLS = (FLOOD, FLOOD_CPU)


def measure(bouts: list[Bout], plan: Plan, rounds: int, results: Results) -> None:
    """Each round writes an event per patient, tells, and waits until all are heard; several times over."""
    streams = {bout: gather(bout, plan, results, CELLS, lambda count: list(range(count))) for bout in bouts}
    for _ in range(rounds):
        for bout in [bout for bout in bouts if streams[bout]]:
            with attempt(bout, results, CELLS):
                _one(bout, plan, results, streams[bout])
                continue
            streams[bout] = 0
    for bout in [bout for bout in bouts if streams[bout]]:
        with attempt(bout, results, CELLS):
            bout.close()


def _one(bout: Bout, plan: Plan, results: Results, streams: int) -> None:
    turns = min(plan.flood_each, bout.contender.flood_at_most)
    used = took = 0.0
    shares = []
    for _ in range(turns):
        bout.expect(streams)
        before = bout.processor_seconds()
        began = bout.flood(patients=streams)
        heard = bout.heard(streams)
        took += heard["last_at"] - began
        used += bout.processor_seconds() - before
        shares.append(heard["client_share"])
    events = turns * streams
    results.add(FLOOD.key, bout.name, events / took, client_share=median(shares))
    results.cell(FLOOD.key, bout.name).writer_bound = bout.contender.published_singly
    results.add(FLOOD_CPU.key, bout.name, 1e6 * used / events)
    say(f"{bout.name}: {streams:,} events at once through as many streams: {events / took:,.0f}/s")
