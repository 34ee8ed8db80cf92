"""Traces by OpenTelemetry, sent over OTLP. Imported only where traces are configured: see `curaway.tracing`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Self

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from curaway.environment import Environment
from curaway.tracing import Kind, Value

EXPORT_SECONDS = 5


class OtelSpan:
    """A span of OpenTelemetry's, as `curaway.tracing` speaks of it."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self.traceparent = _traceparent(span.get_span_context())

    def describe(self, name: str, **attributes: Value) -> None:
        self._span.update_name(name)
        self._span.set_attributes(attributes)


class OtlpTracer:
    """Sends spans in batches from a thread of its own; a collector that is away costs spans, nothing else."""

    def __init__(self, processor: SpanProcessor) -> None:
        # How much is sampled, and what else a span says of its origin, come by OpenTelemetry's own variables
        # (OTEL_TRACES_SAMPLER, OTEL_RESOURCE_ATTRIBUTES).
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "curaway"}), id_generator=_Ids(), shutdown_on_exit=False
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("curaway")

    @classmethod
    def of(cls, environment: Environment) -> Self:
        endpoint = environment.OTEL_EXPORTER_OTLP_ENDPOINT.rstrip("/") + "/v1/traces"
        return cls(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=EXPORT_SECONDS)))

    @contextmanager
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
    ) -> Iterator[OtelSpan]:
        chosen = _chosen.set(trace_id)
        try:
            span = self._tracer.start_span(
                name,
                context=Context() if under is None else _after(under),
                kind=SpanKind[kind.upper()],
                attributes=attributes,
                start_time=None if began is None else int(began.timestamp() * 1e9),
            )
        finally:
            _chosen.reset(chosen)
        try:
            yield OtelSpan(span)
        except Exception as fault:
            # Its class only: a message may quote what somebody sent.
            span.set_status(Status(StatusCode.ERROR, type(fault).__name__))
            raise
        finally:
            span.end()

    def close(self) -> None:
        self._provider.shutdown()


_chosen: ContextVar[int] = ContextVar("curaway_trace_id")


class _Ids(IdGenerator):
    """The first span of a trace takes the id that was chosen for it."""

    def generate_trace_id(self) -> int:
        return _chosen.get()

    def generate_span_id(self) -> int:
        return random.getrandbits(64) or 1


def _traceparent(of: SpanContext) -> str:
    return f"00-{of.trace_id:032x}-{of.span_id:016x}-{of.trace_flags:02x}"


def _after(traceparent: str) -> Context:
    _, trace_id, span_id, flags = traceparent.split("-")
    parent = SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
    return trace.set_span_in_context(NonRecordingSpan(parent), Context())
