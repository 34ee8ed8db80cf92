"""A time that moves when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


class FakeClock:
    """Pass the method that fits wherever the code takes a clock: `clock.now` for a `datetime` in UTC,
    `clock.timestamp` for seconds since 1970, `clock.monotonic` for seconds since it was made."""

    def __init__(self, start: datetime = START) -> None:
        """`start` must know its time zone; raises ValueError otherwise."""
        if start.tzinfo is None:
            raise ValueError("the clock's start needs a time zone: datetime(…, tzinfo=UTC)")
        self._start = self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def timestamp(self) -> float:
        return self._now.timestamp()

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    def advance(self, seconds: float = 0, **more: float) -> datetime:
        """Move on by `seconds` and what `timedelta` takes (`minutes=2`); raises ValueError for a step back."""
        step = timedelta(seconds=seconds, **more)
        if step < timedelta():
            raise ValueError("monotonic time does not run backwards")
        self._now += step
        return self._now
