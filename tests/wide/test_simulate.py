"""The arithmetic of the capacity model: streams are neither made nor lost, and shares are what they are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench import scaling
from bench.simulate import FIGURES, Load, Simulation, breaks_at, run, usage
from tests.servers import ROOT

FREE = dict.fromkeys(FIGURES, 0.0)
"""Nothing costs anything."""

SMALL = Load(streams=10_000, events=100, processes=10, listeners=2, database_cores=4)


def cost(**given: float) -> dict[str, float]:
    return {**FREE, **given}


@pytest.mark.parametrize(
    ("costs", "resource", "share"),
    [
        # 20 openings a second at 5 ms, over 10 processes.
        ({"open_app_us": 5000}, "processes", 20 * 5000 / 10e6),
        # 100 events to 2 listeners each.
        ({"event_us": 300}, "processes", 100 * 2 * 300 / 10e6),
        # 10,000 streams, a heartbeat every 15 s.
        ({"beat_us": 30}, "processes", 10_000 / 15 * 30 / 10e6),
        # 100 rings a second, each heard by 10 processes.
        ({"heard_notify_us": 40}, "processes", 100 * 10 * 40 / 10e6),
        ({"notify_db_us": 60}, "database", 100 * 60 / 4e6),
        ({"notify_db_us": 60}, "of it, NOTIFY", 100 * 60 / 4e6),
        ({"ring_db_us": 15}, "database", 100 * 10 * 15 / 4e6),
        ({"ring_db_us": 15}, "of it, NOTIFY", 100 * 10 * 15 / 4e6),
        ({"emit_db_us": 400}, "database", 100 * 400 / 4e6),
        ({"read_db_us": 150}, "database", 100 * 2 * 150 / 4e6),
        ({"open_db_us": 1000}, "database", 20 * 1000 / 4e6),
        # 5,000 patients are looked at every 3 s, 10,000 viewers every 20 s.
        ({"poll_db_us": 1}, "database", 5000 / 3 / 4e6),
        ({"access_db_us": 2}, "database", 10_000 * 2 / 20 / 4e6),
    ],
)
def test_each_cost_adds_its_share(costs, resource, share):
    assert usage(SMALL, 20, cost(**costs))[resource] == pytest.approx(share)


def test_redis_takes_the_rings_from_the_database_and_silence_from_everybody():
    dear = cost(notify_db_us=60, ring_db_us=15, ring_redis_us=2, heard_notify_us=40, heard_redis_us=70)
    by_redis = usage(replace(SMALL, bell="redis"), 0, dear)
    assert by_redis["Redis"] == pytest.approx(100 * 10 * 2 / 1e6)
    assert by_redis["database"] == 0
    assert by_redis["processes"] == pytest.approx(100 * 10 * 70 / 10e6)
    assert set(usage(replace(SMALL, bell="off"), 0, dear).values()) == {0}


def test_streams_are_neither_made_nor_lost():
    simulation = Simulation(SMALL, cost(open_app_us=5000, open_db_us=1000))
    for now in range(1, 700):
        if now in (100, 350):
            simulation.drain_one(now)
        simulation.second(now)
        everybody = simulation.open + simulation.waiting + sum(simulation.returns.values())
        assert everybody == pytest.approx(SMALL.streams)
        assert simulation.open == pytest.approx(sum(simulation.ends.values()))


def test_when_nothing_happens_as_many_open_every_second():
    simulation = Simulation(SMALL, cost(open_app_us=1, open_db_us=1))
    opened = [simulation.second(now) for now in range(1, 1000)]
    assert min(opened) == pytest.approx(SMALL.openings, rel=0.02)
    assert max(opened) == pytest.approx(SMALL.openings, rel=0.02)


def test_a_drained_process_adds_its_streams_over_five_seconds():
    simulation = Simulation(SMALL, cost(open_app_us=1, open_db_us=1))
    before = simulation.second(1)
    simulation.drain_one(1)
    added = [simulation.second(now) - before * 0.9 for now in range(2, 8)]
    assert added[:5] == [pytest.approx(SMALL.streams / 10 / 5, rel=0.05)] * 5
    assert added[5] == pytest.approx(0, abs=5)


def test_who_cannot_be_opened_waits():
    simulation = Simulation(SMALL, cost(open_app_us=1_000_000, open_db_us=1))
    assert simulation.capacity() == pytest.approx(10)  # ten processes, a second each
    for now in range(1, 61):
        simulation.second(now)
    assert simulation.waiting == pytest.approx(60 * (SMALL.openings - 10), rel=0.02)


def test_notify_grows_with_the_square_and_queries_do_not():
    queries = breaks_at(SMALL, cost(emit_db_us=4000), "database")
    assert queries == pytest.approx(SMALL.streams * 0.8 / (100 * 4000 / 4e6))
    rings = breaks_at(SMALL, cost(ring_db_us=400), "database")
    assert rings == pytest.approx(SMALL.streams * (0.8 / (100 * 10 * 400 / 4e6)) ** 0.5)


def test_the_table_has_a_row_per_resource_that_is_used():
    values = {name: figure.value for name, figure in FIGURES.items()}
    rows = run(replace(SMALL, bell="redis"), values, seconds=10)
    assert [row.split("  ")[0] for row in rows[1:4]] == ["processes", "database", "Redis"]
    assert rows[-1] == "memory of a process: 125 MB"


def test_who_is_replaced_opens_nothing_until_it_is_back():
    simulation = Simulation(replace(SMALL, away=30), cost(open_app_us=10_000, open_db_us=1))
    assert simulation.capacity() == pytest.approx(1000)
    simulation.drain_one(100)
    assert simulation.capacity() == pytest.approx(900)
    simulation.second(129)
    assert simulation.capacity() == pytest.approx(900)
    simulation.second(130)
    assert simulation.capacity() == pytest.approx(1000)


def test_with_its_only_process_away_nothing_opens():
    simulation = Simulation(replace(SMALL, processes=1), cost(open_app_us=1, open_db_us=1))
    simulation.drain_one(0)
    assert simulation.second(1) == 0
    assert simulation.waiting == pytest.approx(SMALL.streams / 5)


def test_the_most_that_the_others_open_and_how_long_somebody_waits():
    # 10,000 return over five seconds, to three processes that open 400 a second each.
    load = Load(streams=40_000, processes=4, events=0, database_cores=4, lifetime=2_000)
    opened, waited = scaling.replaced(load, cost(open_app_us=2500, open_db_us=1))
    assert opened == pytest.approx(1200)
    assert waited == 8


def test_a_core_holds_streams_that_are_renewed_and_take_heartbeats():
    dear = cost(open_app_us=2700, beat_us=150)
    # 10 µs a second each for either.
    assert scaling.per_core(dear) == pytest.approx(0.8 * 1e6 / (10 + 10))


def test_a_process_takes_its_own_memory_first():
    assert scaling.per_gigabyte(cost(process_mb=100, stream_kb=15)) == pytest.approx(60_000)


def test_the_tables_of_the_page_on_scaling_are_what_the_measured_figures_give():
    page = (ROOT / "docs" / "scaling.md").read_text()
    for name, text in scaling.tables().items():
        told = page.partition(f"<!-- {name}: begin -->")[2].partition(f"<!-- {name}: end -->")[0]
        assert told.strip() == text, "write them anew: python -m bench.scaling"
