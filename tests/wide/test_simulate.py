"""The arithmetic of the capacity model: streams are neither made nor lost, and shares are what they are called."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    ("column", "load"),
    [
        (1, Load(streams=10_000, events=20, processes=2, database_cores=2)),
        (2, Load(streams=100_000, events=200, processes=12, database_cores=4)),
        (3, Load()),
    ],
)
def test_the_page_on_scaling_says_what_the_measured_figures_give(column, load):
    said, values = _said(column), figures()[0]
    by_notify = usage(load, load.openings, values)
    by_redis = usage(replace(load, bell="redis"), load.openings, values)
    memory = values["process_mb"] + load.streams / load.processes * values["stream_kb"] / 1000
    assert said.pop("") == f"{load.streams:,.0f} streams"
    assert said == {
        "processes (a core each)": f"{load.processes:,.0f}",
        "database cores": f"{load.database_cores:,.0f}",
        "openings a second": f"{load.openings:,.0f}",
        "processes' share, by NOTIFY": _percent(by_notify["processes"]),
        "processes' share, by Redis": _percent(by_redis["processes"]),
        "database's share, by NOTIFY": _percent(by_notify["database"]),
        "database's share, by Redis": _percent(by_redis["database"]),
        "Redis's share of its one core": _percent(by_redis["Redis"]),
        "memory of a process": f"{memory:,.0f} MB",
        "full at, by NOTIFY": _first_full(load, values, by_notify.keys() - {"of it, NOTIFY"}),
        "full at, by Redis": _first_full(replace(load, bell="redis"), values, by_redis.keys() - {"of it, NOTIFY"}),
    }


def test_the_page_on_scaling_has_every_figure_as_it_was_measured():
    values, sources = figures()
    by = {name: "steps" if source.endswith("steps.json") else "make bench" for name, source in sources.items()}
    said = [(row[0], row[1], "steps" if "bench.steps" in row[2] else "make bench") for row in _rows("The units")[1:]]
    assert said == [
        (figure.about, f"{float(f'{values[name]:.3g}'):,g} {figure.unit}", by[name]) for name, figure in FIGURES.items()
    ]


def _said(column: int) -> dict[str, str]:
    """A column of the table of three sizes."""
    return {row[0]: row[column] for row in _rows("Three sizes")}


def _rows(heading: str) -> list[list[str]]:
    """The table below this heading of the page."""
    section = _page().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|") and "---" not in line]
    return [[cell.strip(" *") for cell in line.split("|")[1:-1]] for line in lines]


def _first_full(load: Load, values: dict[str, float], resources: set[str]) -> str:
    streams, resource = min((breaks_at(load, values, resource), resource) for resource in resources)
    return f"{round(streams, -3):,.0f} ({resource})"


def test_the_page_on_scaling_says_what_replacing_a_large_process_does():
    load, page = Load(streams=40_000, events=80, processes=4, database_cores=4), " ".join(_page().split())
    simulation, waited, most = Simulation(load, figures()[0]), 0, 0.0
    simulation.drain_one(0)
    for now in range(1, 60):
        opened = simulation.second(now)
        waited, most = waited + (simulation.waiting > 100), max(most, opened)
    assert waited == 10
    assert (
        f"the other three open {most:,.0f} a second beside their other work: most of them wait, for ten seconds" in page
    )


def _page() -> str:
    return (ROOT / "docs" / "scaling.md").read_text()


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")
