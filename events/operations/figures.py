"""What happens to streams, counted and traced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from curaway import metrics, tracing
from events.log import Row


def opened(*, resumed: bool, reset: str | None) -> None:
    """A stream was opened: at now, from where it was, or anew because that could not be had."""
    metrics.STREAMS_OPENED.labels("reset" if reset else "resumed" if resumed else "new").inc()
    if reset:
        metrics.STREAM_RESETS.labels(reset).inc()


def ended(reason: str) -> None:
    """A stream ended, by one of `done`'s reasons, or because its client left."""
    metrics.STREAMS_ENDED.labels(reason).inc()


def refused(reason: str | None) -> None:
    """A stream was refused with 503."""
    metrics.STREAMS_REFUSED.labels(reason or "unavailable").inc()


def heard(rows: Iterable[Row]) -> None:
    """These events were handed to who listens here."""
    now, traced = datetime.now(UTC), tracing.is_on()
    for row in rows:
        # By two clocks where the database is another machine; theirs may be ahead of ours.
        recorded_at = min(datetime.fromisoformat(row.occurred_at), now)
        metrics.HEARD_SECONDS.observe((now - recorded_at).total_seconds())
        if traced:
            tracing.heard(row.correlation_id, event_type=row.event_type, position=row.position, recorded_at=recorded_at)
