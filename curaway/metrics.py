"""What is counted, for Prometheus: numbers per process, and no id, name or patient in any label.

With several workers behind one port each scrape would meet another of them: give `PROMETHEUS_MULTIPROC_DIR` in the
environment, and every worker answers for all.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest, values
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

STREAMS_OPEN = Gauge("curaway_streams_open", "Open streams.", registry=REGISTRY, multiprocess_mode="livesum")
STREAMS_OPENED = Counter(
    "curaway_streams_opened", "Streams opened, by how: new, resumed, reset.", ["how"], registry=REGISTRY
)
STREAM_RESETS = Counter(
    "curaway_stream_resets", "Resume positions that could not be honoured, by why.", ["reset"], registry=REGISTRY
)
STREAMS_ENDED = Counter(
    "curaway_streams_ended",
    "Streams ended, by why: the reasons of `done`, `client` when it left, `error`.",
    ["reason"],
    registry=REGISTRY,
)
STREAMS_REFUSED = Counter("curaway_streams_refused", "Streams refused with 503, by why.", ["reason"], registry=REGISTRY)
HEARD_SECONDS = Histogram(
    "curaway_heard_seconds",
    "From the moment an event is recorded to the moment this process hands it to who listens.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 30, 60),
    registry=REGISTRY,
)
STREAM_LAG = Gauge(
    "curaway_stream_lag_events",
    "Events that the stream furthest behind has not taken yet.",
    registry=REGISTRY,
    multiprocess_mode="livemax",
)
ROUND_SECONDS = Histogram(
    "curaway_round_seconds",
    "How long a round's one query takes, waiting for its turn included.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
    registry=REGISTRY,
)
ROUNDS_FAILED = Counter("curaway_rounds_failed", "Rounds that the database failed.", registry=REGISTRY)
LISTENING = Gauge(
    "curaway_wakeups_listening", "Processes that hear wake-ups.", registry=REGISTRY, multiprocess_mode="livesum"
)
DRAINING = Gauge(
    "curaway_draining", "Processes that take no more streams.", registry=REGISTRY, multiprocess_mode="livesum"
)
JOBS_RELAYED = Counter(
    "curaway_jobs_relayed", "Tries to publish a job: published, put off, refused.", ["outcome"], registry=REGISTRY
)
SWEEPS = Counter("curaway_sweeps", "Sweeps made, by what they look for.", ["sweep"], registry=REGISTRY)
SWEPT = Counter("curaway_swept", "What sweeps took up, by what it was.", ["sweep"], registry=REGISTRY)

OPENED_HOW = ("new", "resumed", "reset")
RESETS = ("malformed", "ahead")
ENDINGS = ("idle", "timeout", "draining", "disabled", "revoked", "lagging", "client", "error")
REFUSALS = ("capacity", "disabled", "draining", "unavailable")
RELAYED = ("published", "put off", "refused")
SWEPT_WHAT = (
    "access_records_ended",
    "matches_ended",
    "messages_answered_late",
    "erased_files_deleted_late",
    "jobs_published_late",
    "uploads_given_up",
)


def _begin_at_zero() -> None:
    """So that the first time can be seen as an increase."""
    for counter, words in (
        (STREAMS_OPENED, OPENED_HOW),
        (STREAM_RESETS, RESETS),
        (STREAMS_ENDED, ENDINGS),
        (STREAMS_REFUSED, REFUSALS),
        (JOBS_RELAYED, RELAYED),
        (SWEEPS, SWEPT_WHAT),
        (SWEPT, SWEPT_WHAT),
    ):
        for word in words:
            counter.labels(word)


def swept(found: str, count: int) -> None:
    """A sweep was made for `found`, one of `SWEPT_WHAT`, and took up so many."""
    SWEEPS.labels(found).inc()
    SWEPT.labels(found).inc(count)


def exposition(*collectors: Collector) -> bytes:
    """This process's figures, or all workers' together, and those that `collectors` find now, as Prometheus reads
    them."""
    registry = REGISTRY
    if several_workers():
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    found = CollectorRegistry()
    for collector in collectors:
        found.register(collector)
    return generate_latest(registry) + generate_latest(found)


def several_workers() -> bool:
    """Whether workers keep their figures where each of them can read all."""
    # The library has decided it by the variable, when it was imported.
    return values.ValueClass is not values.MutexValue


def leave() -> None:
    """This process ends: its gauges count no more."""
    if several_workers():
        mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]


_begin_at_zero()
