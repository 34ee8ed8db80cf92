"""Traces, where they are configured: a request, the jobs it causes, and who hears of it, under one trace id.

The trace's id is the correlation id's, so that whoever has one finds the other; a caller's `traceparent` (W3C Trace
Context) wins. Without OTEL_EXPORTER_OTLP_ENDPOINT nothing here does anything, and OpenTelemetry is not imported.
Spans carry ids of jobs and kinds of events; never a payload, a message, or whose it is.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Literal, Protocol

from curaway import context
from curaway.environment import Environment

Kind = Literal["internal", "server", "producer", "consumer"]
Value = str | int | float

TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


class Span(Protocol):
    """A step that is under way."""

    traceparent: str
    """Under which its own steps stand."""

    def describe(self, name: str, **attributes: Value) -> None:
        """What only came out meanwhile."""


class Tracer(Protocol):
    """Makes spans and sends them somewhere; `curaway.otel` is it."""

    def span(
        self,
        name: str,
        kind: Kind,
        /,
        *,
        under: str | None,
        trace_id: int,
        began: datetime | None,
        **attributes: Value,
    ) -> AbstractContextManager[Span]:
        """A step inside of `under` (a traceparent), or the first one of the trace `trace_id`."""

    def close(self) -> None:
        """Send what is kept back."""


_tracer: Tracer | None = None


def begin(environment: Environment) -> None:
    """Trace from now on, when the settings say where to."""
    if environment.OTEL_EXPORTER_OTLP_ENDPOINT:
        # Only here: importing it takes longer than importing all of Django.
        from curaway.otel import OtlpTracer

        install(OtlpTracer.of(environment))


def install(tracer: Tracer | None) -> None:
    """Make `tracer` the one of this process; None: trace nothing."""
    global _tracer
    _tracer = tracer


def end() -> None:
    """Send what is kept back, and trace no more."""
    if _tracer is not None:
        _tracer.close()
    install(None)


def is_on() -> bool:
    return _tracer is not None


@contextmanager
def step(
    name: str, kind: Kind = "internal", /, *, under: str | None = None, **attributes: Value
) -> Iterator[Span | None]:
    """A step of what is being served, and everything in it one of its own; None where nothing is traced.

    `under`: the traceparent it goes on from, where it is not the current one.
    """
    if _tracer is None:
        yield None
        return
    serving = context.current()
    made = _tracer.span(
        name,
        kind,
        under=under or serving.traceparent,
        trace_id=trace_id(serving.correlation_id),
        began=None,
        correlation_id=serving.correlation_id,
        **attributes,
    )
    with made as span, context.serving(replace(serving, traceparent=span.traceparent)):
        yield span


def arriving(correlation_id: str, *, under: str | None, name: str) -> AbstractContextManager[Span]:
    """The step that serves a request; only where something is traced."""
    if _tracer is None:
        raise RuntimeError("nothing is traced")
    return _tracer.span(
        name, "server", under=under, trace_id=trace_id(correlation_id), began=None, correlation_id=correlation_id
    )


def heard(correlation_id: str, *, event_type: str, position: int, recorded_at: datetime) -> None:
    """An event has reached who listens here: in the trace of what caused it, from its recording until now."""
    if _tracer is None:
        return
    with _tracer.span(
        "hear",
        "consumer",
        under=None,
        trace_id=trace_id(correlation_id),
        began=recorded_at,
        correlation_id=correlation_id,
        event_type=event_type,
        position=position,
    ):
        pass


def well_formed(traceparent: str | None) -> str | None:
    """The header, when it can be gone on from."""
    found = TRACEPARENT.fullmatch(traceparent or "")
    return traceparent if found and int(found.group(1), 16) and int(found.group(2), 16) else None


def correlation_of(traceparent: str) -> str:
    """A correlation id for a request that brought a trace and none of its own: the trace's."""
    return traceparent.split("-")[1]


def trace_id(correlation_id: str) -> int:
    """128 bits: a UUID's or a trace's own, anything else's digest."""
    try:
        number = uuid.UUID(correlation_id).int
    except ValueError:
        number = 0
    return number or int.from_bytes(hashlib.sha256(correlation_id.encode()).digest()[:16], "big")
