"""How fast streams open: connection, request, authorisation, first frame."""

from __future__ import annotations

from bench.bout import Bout
from bench.measures.measure import OPENED, attempt, gather, say
from bench.plan import Plan
from bench.results import Results

AT_ONCE = 32
"""Openings under way at the same time."""


def measure(bouts: list[Bout], plan: Plan, rounds: int, results: Results) -> None:
    """Open the audience, close it, and again; contenders take turns. The first time, which does not count, warms
    caches and plans up and shows how many streams the contender can hold."""
    streams = {bout: gather(bout, plan, results, [OPENED], lambda count: list(range(count))) for bout in bouts}
    for bout in [bout for bout in bouts if streams[bout]]:
        with attempt(bout, results, [OPENED]):
            bout.close()
            continue
        streams[bout] = 0
    for _ in range(rounds):
        for bout in [bout for bout in bouts if streams[bout]]:
            with attempt(bout, results, [OPENED]):
                _one(bout, results, streams[bout])
                continue
            streams[bout] = 0


def _one(bout: Bout, results: Results, streams: int) -> None:
    opened = bout.open(range(streams), at_once=AT_ONCE)
    rate = opened["ready"] / opened["seconds"]
    results.add(OPENED.key, bout.name, rate, client_share=opened["client_share"])
    say(f"{bout.name}: opened {opened['ready']:,} streams, {rate:,.0f}/s")
    bout.close()
