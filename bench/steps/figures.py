"""What a single step costs, by name: as it was measured, or as it is assumed where it was not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

RESULTS = Path(__file__).parent.parent / "results"
STEPS = "steps.json"


class Figure(NamedTuple):
    """One cost: its value where it was not measured, its unit, and which measure of the bench it is, if it is one."""

    value: float
    unit: str
    about: str
    measure: str = ""


FIGURES = {
    "stream_kb": Figure(15, "KB", "memory of an idle stream", "bytes_per_stream"),
    "process_mb": Figure(110, "MB", "memory of a process without streams"),
    "open_app_us": Figure(4400, "µs", "a process opens a stream"),
    "open_db_us": Figure(2600, "µs", "the database opens a stream"),
    "beat_us": Figure(48, "µs", "a process writes a heartbeat, taken for a delivery", "cpu_per_delivery_us"),
    "event_us": Figure(95, "µs", "a process reads, encodes and writes an event", "cpu_per_event_us"),
    "heard_notify_us": Figure(30, "µs", "each process hears a ring, whoever it is for, by NOTIFY"),
    "heard_redis_us": Figure(140, "µs", "the same, by Redis"),
    "notify_db_us": Figure(60, "µs", "the database takes a ring (NOTIFY), whoever hears it"),
    "ring_db_us": Figure(55, "µs", "the database tells one process of a ring (NOTIFY)"),
    "ring_redis_us": Figure(2, "µs", "Redis tells one process of a ring"),
    "emit_db_us": Figure(1000, "µs", "the database records an event"),
    "read_db_us": Figure(500, "µs", "the database reads an event for a process"),
    "poll_db_us": Figure(2.0, "µs", "the database looks at one stream's head (the poll)"),
    "access_db_us": Figure(3.0, "µs", "the database looks at one viewer's rights"),
}
"""Processor time but for the first two; the values here were tried once, on two slow cores that others used as well."""


def figures(results: Path = RESULTS) -> tuple[dict[str, float], dict[str, str]]:
    """Values by name, and for each where it is from."""
    values = {name: figure.value for name, figure in FIGURES.items()}
    sources = dict.fromkeys(FIGURES, "assumed")
    for name, value, file in [*_of_the_whole_runs(results), *_of_the_steps(results)]:
        if name in FIGURES and value is not None:
            values[name], sources[name] = value, f"measured, {file.name}"
    return values, sources


Found = Iterator[tuple[str, float | None, Path]]
"""Name, value if it was measured, and the result's file."""


def _of_the_whole_runs(results: Path) -> Found:
    # The later ones replace what they measured, too.
    for run in sorted(results.glob("*-full.json")):
        measures = json.loads(run.read_text())["measures"]
        for name, figure in FIGURES.items():
            yield name, measures.get(figure.measure, {}).get("ours", {}).get("value"), run


def _of_the_steps(results: Path) -> Found:
    for steps in results.glob(STEPS):
        for name, found in json.loads(steps.read_text())["figures"].items():
            yield name, found["value"], steps
