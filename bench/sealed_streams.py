"""What opening sealed fields costs a stream: the server's processor time per event heard, sealed and plain in turns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.bout import Bout
from bench.contenders.ours import Ours
from bench.database import Cluster
from bench.descriptors import allowed_descriptors
from bench.ports import free_port
from bench.statistics import median

TURNS = 9
LIVE, BURSTS = 400, 12
"""Streams, each its patient's, and how often all of them hear an event at once."""

BACK, MISSED = 300, 50
"""Streams that come back, as in `make bench`, and what each has missed."""

NOTHING: list[str] = []


def ratios(folder: Path) -> dict[str, float]:
    """Sealed / plain, the median of turns, for events that are heard live and for those that were missed."""
    allowed_descriptors()
    cluster = Cluster(folder)
    ours = Ours(cluster, folder, free_port())
    bout = Bout(ours)
    try:
        ours.prepare(LIVE + 2 * BACK)
        bout.start()
        return {
            "stream, live": _ratio(_live(bout)),
            f"stream, {MISSED} missed": _ratio(_missed(bout)),
        }
    finally:
        bout.stop()
        cluster.stop()


def _ratio(measure: Callable[[list[str] | None], float]) -> float:
    # Not counted: caches and plans warm up.
    measure(None)
    measure(NOTHING)
    found = []
    for turn in range(TURNS):
        # Who begins changes: the log grows meanwhile.
        order = (None, NOTHING) if turn % 2 else (NOTHING, None)
        took = {sealing is None: measure(sealing) for sealing in order}
        found.append(took[True] / took[False])
    return median(found)


def _live(bout: Bout) -> Callable[[list[str] | None], float]:
    bout.open(range(LIVE))
    return partial(_burst, bout)


def _burst(bout: Bout, sealing: list[str] | None) -> float:
    used = 0.0
    for _ in range(BURSTS):
        bout.contender.add_events_of(range(LIVE), each=1, first_nonce=bout.nonces(LIVE), sealing=sealing)
        bout.expect(LIVE)
        before = bout.processor_seconds()
        bout.contender.tell(patients=LIVE)
        bout.heard(LIVE)
        used += bout.processor_seconds() - before
    return used


def _missed(bout: Bout) -> Callable[[list[str] | None], float]:
    bout.close()
    sealed, plain = range(LIVE, LIVE + BACK), range(LIVE + BACK, LIVE + 2 * BACK)
    for patients, sealing in ((sealed, None), (plain, NOTHING)):
        bout.contender.add_events_of(patients, each=MISSED, first_nonce=bout.nonces(BACK * MISSED), sealing=sealing)
    return lambda sealing: _come_back(bout, sealed if sealing is None else plain)


def _come_back(bout: Bout, patients: range) -> float:
    bout.expect(BACK * MISSED)
    before = bout.processor_seconds()
    bout.open(patients, after=["0"] * BACK)
    bout.heard(BACK * MISSED)
    used = bout.processor_seconds() - before
    bout.close()
    return used
