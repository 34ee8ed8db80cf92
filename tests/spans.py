"""What was traced, kept in memory by OpenTelemetry's own exporter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from curaway import tracing
from curaway.otel import OtlpTracer


class Spans:
    """What was traced so far."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()

    def all(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()

    def trace(self, correlation_id: str) -> list[ReadableSpan]:
        """Those of one correlation id's trace, as they ended."""
        wanted = tracing.trace_id(correlation_id)
        return [span for span in self.all() if span.context.trace_id == wanted]

    def of(self, correlation_id: str) -> dict[str, ReadableSpan]:
        """Those of one correlation id's trace by name."""
        return {span.name: span for span in self.trace(correlation_id)}


@contextmanager
def traced() -> Iterator[Spans]:
    """Everything in this process is traced meanwhile."""
    kept = Spans()
    tracing.install(OtlpTracer(SimpleSpanProcessor(kept.exporter)))
    try:
        yield kept
    finally:
        tracing.end()
