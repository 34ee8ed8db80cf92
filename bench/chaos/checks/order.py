"""The log itself: positions 1, 2, 3 … of each patient, without holes, in the order of commits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise

from bench.chaos.checks.table import Event, Table
from bench.chaos.checks.violation import Violation
from bench.chaos.checks.vocabulary import STREAMED_AS


def check_order(table: Table) -> Iterator[Violation]:
    """Broken rules of the log."""
    for event in table.events:
        if (event.position is not None) != (event.type in STREAMED_AS):
            yield Violation("a fact has a position if, and only if, it streams", f"{event.type} {event.id}")
    positioned = sorted(
        (event for event in table.events if event.position is not None),
        key=lambda event: (event.tenant, str(event.patient), event.position),
    )
    for key, group in groupby(positioned, key=lambda event: (event.tenant, str(event.patient))):
        yield from _dense(key, list(group), table.heads.get(key, 0))


def _dense(key: tuple[str, str], events: list[Event], head: int) -> Iterator[Violation]:
    positions = [event.position for event in events]
    if positions != list(range(1, len(events) + 1)):
        yield Violation("positions are dense", f"{key[1]} has {len(events)} events up to position {positions[-1]}")
    if head != positions[-1]:
        yield Violation("the head is the last position", f"{key[1]}: head {head}, last event {positions[-1]}")
    for before, after in pairwise(events):
        if after.at < before.at:
            yield Violation("positions are in the order of time", f"{key[1]}, position {after.position}")
