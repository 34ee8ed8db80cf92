"""What the project promises of its speed, and whether this run shows it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from bench.measures import measure as m
from bench.plan import Plan
from bench.results import MISSING, Results

POLL_SECONDS = 3.0
ONE_CLOCK = "… against a floor with one clock for all streams"


class Verdict(NamedTuple):
    """A promise, the run's figure for it, and `pass`, `miss` or `not measured`."""

    promise: str
    figure: str
    verdict: str


class Target(NamedTuple):
    """A promise: `figure` must be at most (or, with `at_least`, at least) `limit`."""

    promise: str
    figure: Callable[[Results], float]
    at_most: float = math.inf
    at_least: float = -math.inf
    digits: int = 2

    def judged(self, results: Results) -> Verdict:
        figure = self.figure(results)
        if math.isnan(figure):
            return Verdict(self.promise, MISSING, "not measured")
        held = self.at_least <= figure <= self.at_most
        return Verdict(self.promise, f"{figure:,.{self.digits}f}", "pass" if held else "**miss**")


def ours(measure: m.Measure) -> Callable[[Results], float]:
    return lambda results: results.value(measure.key, "ours")


def ratio(measure: m.Measure, other: str) -> Callable[[Results], float]:
    """Ours / theirs, of the rounds in which they took turns."""
    return lambda results: results.paired((measure.key, "ours"), (measure.key, other))


def inverse(measure: m.Measure, other: str) -> Callable[[Results], float]:
    """Theirs / ours: for times, where less is faster."""
    return lambda results: results.paired((measure.key, other), (measure.key, "ours"))


def beside(measure: m.Measure, other: m.Measure) -> Callable[[Results], float]:
    """One of our figures / another one that took turns with it."""
    return lambda results: results.paired((measure.key, "ours"), (other.key, "ours"))


def within(upper: m.Measure, lower: m.Measure) -> Callable[[Results], float]:
    """One of our figures / another one."""
    return lambda results: results.value(upper.key, "ours") / (results.value(lower.key, "ours") or math.nan)


def growth(kind: Callable[[int], m.Measure], few: int, many: int) -> Callable[[Results], float]:
    """How much a figure of ours grows from few streams to many."""
    return lambda results: results.value(kind(many).key, "ours") - results.value(kind(few).key, "ours")


def targets(plan: Plan) -> list[Target]:
    """In the order of the documentation."""
    few, many = plan.idle[0], plan.idle[-1]
    audience, resumed = f"{plan.audience:,} streams", f"{plan.resumed:,} streams"
    short, long = (f"{rows:,}" for rows in plan.histories)
    return [
        Target(f"threads at {many:,} streams in one process: at most 12", ours(m.threads(many)), 12, digits=0),
        Target(f"Postgres connections at {many:,} streams: at most 4", ours(m.connections(many)), 4, digits=0),
        Target(f"threads more at {many:,} streams than at {few:,}: none", growth(m.threads, few, many), 0, digits=0),
        Target(f"connections more at {many:,} than at {few:,}: none", growth(m.connections, few, many), 0, digits=0),
        Target(
            f"idle queries at {many:,} streams, per poll interval of 3 s: at most 1",
            lambda results: round(results.value(m.QUERIES.key, "ours") * POLL_SECONDS, 1),
            # A window of whole seconds holds one round more or less than the average.
            1.2,
        ),
        Target("memory per idle stream: at most 1.4 x floor", ratio(m.PER_STREAM, "floor"), 1.4),
        Target(f"commit to heard, {audience}: p50 at most 2 x floor", ratio(m.HEARD_P50, "floor"), 2),
        Target("… p50 at most 1/100 of naive", ratio(m.HEARD_P50, "naive"), 0.01, digits=4),
        Target("… p99 at most 10 x its p50", within(m.HEARD_P99, m.HEARD_P50), 10),
        Target(f"one event to {audience}: at least 0.8 x floor's pace", inverse(m.FAN_OUT_LAST, "floor"), at_least=0.8),
        Target(ONE_CLOCK, inverse(m.FAN_OUT_LAST, "floor-one-clock"), at_least=0.8),
        Target("events/s through as many patients: at least 0.8 x floor", ratio(m.FLOOD, "floor"), at_least=0.8),
        Target(ONE_CLOCK, ratio(m.FLOOD, "floor-one-clock"), at_least=0.8),
        Target(
            "recording, 8 writers: at least 0.9 x a bare create (same triggers)",
            beside(m.EMIT_MANY, m.BARE_MANY),
            at_least=0.9,
        ),
        Target("… at least 2 x django-eventstream", ratio(m.EMIT_MANY, "eventstream"), at_least=2),
        Target("opening, authorised and with state: at least 300/s", ours(m.OPENED), at_least=300, digits=0),
        Target(f"{resumed} resumed with {plan.missed} missed events each: at most 10 s", ours(m.RESUMED), 10),
        Target(f"resuming at {long} rows: at most 1.3 x at {short}", within(m.HISTORY_LONG, m.HISTORY_SHORT), 1.3),
    ]
