"""One event to all streams of one patient."""

from __future__ import annotations

import random
import time

from bench.bout import Bout
from bench.measures.measure import (
    EVENT_FRAME,
    FAN_OUT_CPU,
    FAN_OUT_LAST,
    FAN_OUT_P50,
    FIRST_FRAME,
    attempt,
    gather,
    say,
)
from bench.plan import Plan
from bench.results import Results
from bench.statistics import median, percentile

CELLS = (FAN_OUT_P50, FAN_OUT_LAST, FAN_OUT_CPU)
PATIENT = 0
REST_SECONDS = 0.05


def measure(bouts: list[Bout], events: int, plan: Plan, rounds: int, results: Results, draw: random.Random) -> None:
    """Each round publishes a few events, the next one when everybody has heard the one before."""
    streams = {bout: gather(bout, plan, results, CELLS, lambda count: [PATIENT] * count) for bout in bouts}
    for _ in range(rounds):
        for bout in [bout for bout in bouts if streams[bout]]:
            with attempt(bout, results, CELLS):
                _round(bout, events, results, streams[bout], draw)
                continue
            streams[bout] = 0
    for bout in [bout for bout in bouts if streams[bout]]:
        with attempt(bout, results, CELLS):
            bout.close()


def _round(bout: Bout, events: int, results: Results, streams: int, draw: random.Random) -> None:
    before = bout.processor_seconds()
    figures = [_event(bout, streams, draw) for _ in range(events)]
    used = bout.processor_seconds() - before
    middles, lasts, shares = ([figure[part] for figure in figures] for part in range(3))
    share = median(shares)
    results.add(FAN_OUT_P50.key, bout.name, median(middles), client_share=share)
    results.add(FAN_OUT_LAST.key, bout.name, median(lasts), client_share=share)
    results.add(FAN_OUT_CPU.key, bout.name, 1e6 * used / (streams * events))
    say(f"{bout.name}: one event to {streams:,} streams: {median(middles):,.1f} ms, the last {median(lasts):,.1f} ms")


def _event(bout: Bout, streams: int, draw: random.Random) -> tuple[float, float, float]:
    # Those who poll have just done so when the last event was heard; any other moment is as likely.
    time.sleep(REST_SECONDS + draw.random() * bout.contender.polls_every)
    bout.expect_each(streams)
    (committed,) = bout.publish([PATIENT], every=0).values()
    heard = bout.heard(streams)
    took = [1000 * (at - committed) for _, _, at in heard["arrivals"]]
    return percentile(took, 0.5), max(took), heard["client_share"]


def note_frames(bouts: list[Bout], results: Results) -> None:
    """How large the frames are that the contenders send, to see that they send the same."""
    for bout in bouts:
        with attempt(bout, results, [FIRST_FRAME, EVENT_FRAME]):
            bout.open([PATIENT])
            bout.expect(1)
            bout.publish([PATIENT], every=0)
            sizes = bout.heard(1)["frame_bytes"]
            results.add(FIRST_FRAME.key, bout.name, sizes["first"])
            results.add(EVENT_FRAME.key, bout.name, sizes["event"])
            bout.close()
