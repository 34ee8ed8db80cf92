"""A deploy that replaces every process: streams are told to come back, spread over seconds, and miss nothing."""

from __future__ import annotations

import asyncio

import pytest

from tests.wide.rolling import histogram, rolling

STREAMS, PATIENTS, RATE = 100, 25, 40


@pytest.mark.needs("nginx")
@pytest.mark.timeout(300)
def test_four_processes_are_replaced_under_a_hundred_streams_and_nothing_is_lost(people, database_url, certificate):
    patients = [people.patient(consented=False) for _ in range(PATIENTS)]
    report = asyncio.run(
        rolling(people, patients, database=database_url, certificate=certificate, streams=STREAMS, rate=RATE)
    )
    print("\n".join(report.lines()))
    assert sum(report.recorded.values()) > 5 * RATE
    assert report.wrong == {}
    # Nobody was cut: each process said goodbye to all of its streams, and all of them came back.
    assert {one.reason for one in report.returns} == {"draining"}
    assert len(report.away_ms) == len(report.returns) >= STREAMS
    assert all(one.back_at - one.left_at >= one.told_ms / 1000 for one in report.returns)
    told = report.told_ms
    assert min(told) >= 500
    assert max(told) <= 5000
    # Ten buckets of half a second, a tenth of the streams in each: none has a third of them.
    assert max(sum(low <= wait < low + 500 for wait in told) for low in range(500, 5000, 500)) < len(told) / 3
    assert max(told) - min(told) > 3500


def test_a_histogram_has_a_line_per_bucket_also_for_the_empty_ones():
    lines = histogram([510, 520, 1700])
    assert [line.split()[0] for line in lines] == ["500", "1000", "1500"]
    assert [line.split()[-1] for line in lines] == ["2", "0", "1"]
    assert histogram([]) == ["  (none)"]
