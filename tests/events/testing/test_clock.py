from datetime import UTC, datetime, timedelta, timezone

import pytest

from events.testing import FakeClock


def test_time_moves_when_it_is_told_to_and_all_faces_agree():
    clock = FakeClock(datetime(2026, 5, 1, tzinfo=UTC))
    clock.advance(1.5)
    clock.advance(minutes=2)
    assert clock.now() == datetime(2026, 5, 1, 0, 2, 1, 500_000, tzinfo=UTC)
    assert clock.timestamp() == clock.now().timestamp()
    assert clock.monotonic() == 121.5


def test_time_does_not_run_backwards():
    with pytest.raises(ValueError, match="backwards"):
        FakeClock().advance(-1)


def test_the_start_has_a_time_zone_and_is_told_in_utc():
    with pytest.raises(ValueError, match="time zone"):
        FakeClock(datetime(2026, 5, 1))  # noqa: DTZ001
    there = timezone(timedelta(hours=2))
    assert FakeClock(datetime(2026, 5, 1, 2, tzinfo=there)).now() == datetime(2026, 5, 1, tzinfo=UTC)
