"""The arithmetic of the capacity model: streams are neither made nor lost, and shares are what they are called."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bench.simulate import FIGURES, Load, Simulation, breaks_at, figures, run, usage
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
    dear = cost(ring_db_us=15, ring_redis_us=2, heard_notify_us=40, heard_redis_us=70)
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


class TestFigures:
    def test_without_a_run_every_figure_is_assumed(self, tmp_path):
        values, sources = figures(tmp_path)
        assert values == {name: figure.value for name, figure in FIGURES.items()}
        assert set(sources.values()) == {"assumed"}

    def test_the_newest_whole_run_replaces_what_it_measured(self, tmp_path):
        for name, rate in (("2026-01-01T0900-full.json", 100), ("2026-02-01T0900-full.json", 250)):
            measures = {"opened_per_second": {"ours": {"value": rate}, "naive": {"value": 1}}}
            (tmp_path / name).write_text(json.dumps({"measures": measures}))
        (tmp_path / "scratch").mkdir()
        (tmp_path / "scratch" / "2026-03-01T0900-quick.json").write_text("{}")
        values, sources = figures(tmp_path)
        assert values["open_app_us"] == 4000
        assert sources["open_app_us"] == "measured, 2026-02-01T0900-full.json"
        assert sources["open_db_us"] == "assumed"

    def test_a_measure_that_failed_is_assumed(self, tmp_path):
        run = {"measures": {"opened_per_second": {"ours": {"value": None, "failed": "it died"}}}}
        (tmp_path / "2026-01-01T0900-full.json").write_text(json.dumps(run))
        assert figures(tmp_path)[1]["open_app_us"] == "assumed"


def test_the_table_has_a_row_per_resource_that_is_used():
    values = {name: figure.value for name, figure in FIGURES.items()}
    rows = run(replace(SMALL, bell="redis"), values, seconds=10)
    assert [row.split("  ")[0] for row in rows[1:4]] == ["processes", "database", "Redis"]
    assert rows[-1] == "memory of a process: 125 MB"


@pytest.mark.parametrize(
    ("column", "load"),
    [
        (1, Load(streams=10_000, events=20, processes=2, database_cores=2)),
        (2, Load(streams=100_000, events=200, processes=12, database_cores=4)),
        (3, Load()),
    ],
)
def test_the_page_on_scaling_says_what_the_assumed_figures_give(column, load):
    lines = (ROOT / "docs" / "scaling.md").read_text().splitlines()
    said = {cells[1].strip(): cells[column + 1].strip(" *") for line in lines if len(cells := line.split("|")) == 6}
    values = {name: figure.value for name, figure in FIGURES.items()}
    by_notify = usage(load, load.openings, values)
    by_redis = usage(replace(load, bell="redis"), load.openings, values)
    assert said["openings a second"] == f"{load.openings:,.0f}"
    for bell, shares in (("NOTIFY", by_notify), ("Redis", by_redis)):
        assert said[f"processes' share, by {bell}"] == f"{shares['processes']:.0%}".replace("%", " %")
        assert said[f"database's share, by {bell}"] == f"{shares['database']:.0%}".replace("%", " %")
