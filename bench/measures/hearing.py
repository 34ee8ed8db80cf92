"""From commit to heard: one event for one of many open streams, again and again."""

from __future__ import annotations

import random

from bench.bout import Bout
from bench.measures.measure import HEARD_P50, HEARD_P95, HEARD_P99, attempt, gather, say
from bench.plan import Plan
from bench.results import Results
from bench.statistics import percentile

CELLS = (HEARD_P50, HEARD_P95, HEARD_P99)
SHARES = (0.50, 0.95, 0.99)


def measure(bouts: list[Bout], plan: Plan, rounds: int, results: Results, draw: random.Random) -> None:
    """Each round publishes to patients drawn at random, at a steady pace, and looks when each event arrives."""
    streams = {bout: gather(bout, plan, results, CELLS, lambda count: list(range(count))) for bout in bouts}
    for _ in range(rounds):
        for bout in [bout for bout in bouts if streams[bout]]:
            with attempt(bout, results, CELLS):
                _one(bout, plan, results, [draw.randrange(streams[bout]) for _ in range(plan.samples)])
                continue
            streams[bout] = 0
    for bout in [bout for bout in bouts if streams[bout]]:
        with attempt(bout, results, CELLS):
            bout.close()


def _one(bout: Bout, plan: Plan, results: Results, patients: list[int]) -> None:
    bout.expect_each(len(patients))
    committed = bout.publish(patients, every=plan.sample_every)
    heard = bout.heard(len(patients))
    took = [1000 * (at - committed[nonce]) for _, nonce, at in heard["arrivals"]]
    figures = [percentile(took, share) for share in SHARES]
    for cell, figure in zip(CELLS, figures, strict=True):
        results.add(cell.key, bout.name, figure, client_share=heard["client_share"])
    say(f"{bout.name}: heard after {', '.join(f'{figure:,.1f}' for figure in figures)} ms (p50, p95, p99)")
