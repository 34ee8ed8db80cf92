"""The names of what is measured, and what all measures share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import NamedTuple

from bench.bout import Bout
from bench.plan import Plan
from bench.results import Results


class Measure(NamedTuple):
    """A row of the table."""

    key: str
    label: str
    digits: int
    whose: str = ""
    """The only contender that has it; empty: all that are measured."""


OPENED = Measure("opened_per_second", "streams opened per second", 0)
PER_STREAM = Measure("bytes_per_stream", "memory per idle stream, KB (PSS)", 1)
QUERIES = Measure("idle_queries_per_second", "idle queries per second", 2)
HEARD_P50 = Measure("heard_p50_ms", "commit to heard, one of the streams: p50, ms", 2)
HEARD_P95 = Measure("heard_p95_ms", "… p95, ms", 2)
HEARD_P99 = Measure("heard_p99_ms", "… p99, ms", 2)
FAN_OUT_P50 = Measure("fan_out_p50_ms", "one event to all streams of a patient: p50 of the streams, ms", 1)
FAN_OUT_LAST = Measure("fan_out_last_ms", "… until the last one has heard, ms", 1)
FAN_OUT_CPU = Measure("cpu_per_delivery_us", "… server's processor time per delivered event, µs", 1)
FLOOD = Measure("events_per_second", "events per second, each patient's stream its own", 0)
FLOOD_CPU = Measure("cpu_per_event_us", "… server's processor time per event, µs", 1)
EMIT_ONE = Measure("emit_1_per_second", "events recorded per second, 1 writer", 0)
EMIT_MANY = Measure("emit_8_per_second", "events recorded per second, 8 writers", 0)
BARE_ONE = Measure("bare_1_per_second", "… the same row by a bare `Event.objects.create`, 1 writer", 0, "ours")
BARE_MANY = Measure("bare_8_per_second", "… the same, 8 writers", 0, "ours")
RESUMED = Measure("resumed_seconds", "resuming all streams with their backlog, s", 2)
HISTORY_SHORT = Measure("resume_short_history_ms", "resuming at the end of a short history, ms", 2)
HISTORY_LONG = Measure("resume_long_history_ms", "… of a long history, ms", 2)
FIRST_FRAME = Measure("first_frame_bytes", "bytes of the first frame", 0)
EVENT_FRAME = Measure("event_frame_bytes", "bytes of an event's frame", 0)


def memory(streams: int) -> Measure:
    return Measure(f"pss_mb_{streams}", f"memory at {streams:,} idle streams, MB (PSS)", 0)


def resident(streams: int) -> Measure:
    return Measure(f"rss_mb_{streams}", f"memory at {streams:,} idle streams, MB (RSS)", 0)


def threads(streams: int) -> Measure:
    return Measure(f"threads_{streams}", f"threads at {streams:,}", 0)


def connections(streams: int) -> Measure:
    return Measure(f"connections_{streams}", f"Postgres connections at {streams:,}", 0)


def parts(plan: Plan) -> dict[str, list[Measure]]:
    """What each part of the run measures, in the table's order."""
    sized = [kind(streams) for kind in (memory, resident, threads, connections) for streams in plan.idle]
    return {
        "opening": [OPENED],
        "idle": [*sized, PER_STREAM, QUERIES],
        "hearing": [HEARD_P50, HEARD_P95, HEARD_P99],
        "fan-out": [FAN_OUT_P50, FAN_OUT_LAST, FAN_OUT_CPU],
        "flood": [FLOOD, FLOOD_CPU],
        "emit": [EMIT_ONE, EMIT_MANY, BARE_ONE, BARE_MANY],
        "resume": [RESUMED],
        "history": [HISTORY_SHORT, HISTORY_LONG],
        "frames": [FIRST_FRAME, EVENT_FRAME],
    }


def rows(plan: Plan) -> list[Measure]:
    """All measures in the table's order."""
    return list(chain.from_iterable(parts(plan).values()))


@contextmanager
def attempt(bout: Bout, results: Results, measures: Iterable[Measure]) -> Iterator[None]:
    """Do something that the contender may fail at, in whatever way: then the cells say how, and it starts afresh."""
    try:
        yield
    except Exception as problem:
        why = bout.why(problem)
        for measure in measures:
            results.fail(measure.key, bout.name, why)
        say(f"{bout.name}: {why}")
        bout.stop()


def has_failed(bout: Bout, results: Results, measure: Measure) -> bool:
    return bool(results.cell(measure.key, bout.name).failed)


def gather(
    bout: Bout, plan: Plan, results: Results, measures: Sequence[Measure], patients_of: Callable[[int], list[int]]
) -> int:
    """Open as many streams as the contender can hold, of the sizes planned; 0 when it can hold none of them.

    `patients_of` says whose streams, for a number of them. The cells say so where it is not the first size.
    """
    limit, why = bout.too_many or (plan.audience + 1, "")
    for streams in (size for size in (plan.audience, *plan.fallbacks) if size < limit):
        try:
            bout.open(patients_of(streams))
        except Exception as problem:
            failed = bout.why(problem)
            why = why or f"at {streams:,}: {failed}"
            bout.too_many = (streams, why)
            say(f"{bout.name}: at {streams:,}: {failed}")
            bout.stop()
            continue
        for measure in measures if why else ():
            results.note(measure.key, bout.name, f"with {streams} streams; {why}")
        return streams
    for measure in measures:
        results.fail(measure.key, bout.name, why)
    return 0


def say(line: str) -> None:
    """Progress, now."""
    print(f"  {line}", flush=True)
