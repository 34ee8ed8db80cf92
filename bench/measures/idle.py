"""What streams cost that nothing happens on: memory, threads, connections, queries."""

from __future__ import annotations

import time
from itertools import pairwise

from bench import usage
from bench.bout import Bout
from bench.measures.measure import PER_STREAM, QUERIES, attempt, connections, memory, resident, say, threads
from bench.plan import Plan
from bench.results import Results

AT_ONCE = 64
REST_SECONDS = 2.0


def measure(bouts: list[Bout], seconds: float, plan: Plan, results: Results) -> None:
    """One contender after the other: a fresh process, then more and more streams; queries for so many seconds."""
    for bout in bouts:
        bout.stop()
        _one(bout, seconds, plan, results)
        bout.stop()


def _one(bout: Bout, seconds: float, plan: Plan, results: Results) -> None:
    held: dict[int, int] = {}
    for before, streams in pairwise((0, *plan.idle)):
        with attempt(bout, results, [kind(streams) for kind in (memory, resident, threads, connections)]):
            bout.open(range(before, streams), at_once=AT_ONCE)
            time.sleep(REST_SECONDS)
            held[streams] = _look(bout, streams, results)
            continue
        break
    if len(held) > 1:
        first, last = min(held), max(held)
        # The slope, so that what the process needs without any stream is not counted.
        results.add(PER_STREAM.key, bout.name, (held[last] - held[first]) / (last - first) / 1000)
        results.note(PER_STREAM.key, bout.name, f"from {first:,} to {last:,} streams")
    if held and bout.contender.database:
        with attempt(bout, results, [QUERIES]):
            _count_queries(bout, max(held), seconds, results)


def _look(bout: Bout, streams: int, results: Results) -> int:
    pids = bout.contender.pids()
    used = usage.memory(pids)
    counts = (usage.threads(pids), bout.contender.connections())
    results.add(memory(streams).key, bout.name, used["pss"] / 1e6)
    results.add(resident(streams).key, bout.name, used["rss"] / 1e6)
    results.add(threads(streams).key, bout.name, counts[0])
    results.add(connections(streams).key, bout.name, counts[1])
    say(f"{bout.name}: {streams:,} idle: {used['pss'] / 1e6:,.0f} MB, {counts[0]} threads, {counts[1]} connections")
    return used["pss"]


def _count_queries(bout: Bout, streams: int, seconds: float, results: Results) -> None:
    if bout.streams < streams:
        bout.open(range(streams), at_once=AT_ONCE)
        time.sleep(REST_SECONDS)
    with bout.contender.cluster.counting(bout.contender.database) as statements:
        time.sleep(seconds)
    counted = statements.counted()
    rate = sum(counted.values()) / statements.seconds
    results.add(QUERIES.key, bout.name, rate)
    often = "; ".join(f"{count} x {statement}" for statement, count in counted.most_common(8))
    results.note(QUERIES.key, bout.name, f"at {streams:,} streams in {statements.seconds:.0f} s: {often or 'none'}")
    say(f"{bout.name}: {rate:.2f} queries/s at {streams:,} streams")
