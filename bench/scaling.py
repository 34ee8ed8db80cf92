"""`python -m bench.scaling`: the tables of docs/scaling.md, from the figures in `bench/results`.

`make bench` and `python -m bench.steps` write them too, when they have new figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bench.children import ROOT
from bench.report import write_page as write_between_markers
from bench.simulate import FULL, HEARTBEAT, Load, Simulation, breaks_at, memory, usage
from bench.steps.figures import FIGURES, figures
from bench.table import markdown

PAGE = ROOT / "docs" / "scaling.md"
SIZES = (
    Load(streams=10_000, events=20, processes=2, database_cores=2),
    Load(streams=100_000, events=200, processes=12, database_cores=4),
    Load(),
)
LARGE = Load(streams=40_000, events=80, processes=4, database_cores=4)
"""Processes of ten thousand streams each."""
MORE = replace(LARGE, processes=13)

Costs = Mapping[str, float]


def tables() -> dict[str, str]:
    """The page's tables, by the name of their markers."""
    costs, sources = figures()
    return {"units": units(costs, sources), "sizes": sizes(costs), "limits": limits(costs)}


def write_page() -> None:
    for name, text in tables().items():
        write_between_markers(text, page=PAGE, name=name)


def units(costs: Costs, sources: Mapping[str, str]) -> str:
    rows = [
        [figure.about, f"{_rounded(costs[name])} {figure.unit}", _by(sources[name])] for name, figure in FIGURES.items()
    ]
    return markdown(["what", "figure", "measured by"], rows)


def _by(source: str) -> str:
    if source == "assumed":
        return source
    return "`python -m bench.steps`" if source.endswith("steps.json") else "[`make bench`](benchmarks.md)"


def sizes(costs: Costs) -> str:
    columns = [_size(load, costs) for load in SIZES]
    rows = [[about, *(column[about] for column in columns)] for about in columns[0]]
    return markdown(["", *(f"{load.streams:,.0f} streams" for load in SIZES)], rows)


def _size(load: Load, costs: Costs) -> dict[str, str]:
    by_redis = replace(load, bell="redis")
    notify, redis = usage(load, load.openings, costs), usage(by_redis, load.openings, costs)
    return {
        "processes (a core each)": f"{load.processes:,.0f}",
        "database cores": f"{load.database_cores:,.0f}",
        "openings a second": f"{load.openings:,.0f}",
        "processes' share, by NOTIFY": percent(notify["processes"]),
        "processes' share, by Redis": percent(redis["processes"]),
        "database's share, by NOTIFY": percent(notify["database"]),
        "database's share, by Redis": percent(redis["database"]),
        "Redis's share of its one core": percent(redis["Redis"]),
        "memory of a process": f"{memory(load, costs):,.0f} MB",
        "full at, by NOTIFY": _first_full(load, costs),
        "full at, by Redis": _first_full(by_redis, costs),
    }


def _first_full(load: Load, costs: Costs) -> str:
    resources = usage(load, 0, costs).keys() - {"of it, NOTIFY"}
    streams, resource = min((breaks_at(load, costs, resource), resource) for resource in resources)
    return f"{round(streams, -3):,.0f} ({resource})"


def limits(costs: Costs) -> str:
    """What the page's text calls upon."""
    many = Load(events=1000, processes=60, database_cores=1)
    opened, waited = replaced(LARGE, costs)
    rows = {
        "streams a core holds that only renew themselves and take heartbeats": _rounded(per_core(costs)),
        "streams a process of 1 GB holds": _rounded(per_gigabyte(costs)),
        "database cores for NOTIFY, 60 processes and 1,000 events a second": _rounded(
            usage(many, 0, costs)["of it, NOTIFY"], 2
        ),
        "of each core, to hear 1,000 rings a second by NOTIFY": percent(1000 * costs["heard_notify_us"] / 1e6),
        "… by Redis": percent(1000 * costs["heard_redis_us"] / 1e6),
        "rings told a second that fill Redis's one core": _rounded(FULL * 1e6 / costs["ring_redis_us"]),
        "events recorded a second by a database core, and nothing else": _rounded(1e6 / costs["emit_db_us"]),
        "one of four processes with 10,000 streams each is replaced: the others open, a second": f"{opened:,.0f}",
        "… until nobody waits any more": f"{waited} s",
        "… the same streams in 13 processes": f"{replaced(MORE, costs)[1]} s",
    }
    return markdown(["", ""], [list(row) for row in rows.items()])


def per_core(costs: Costs, lifetime: float = 0.9 * Load.lifetime) -> float:
    """Idle streams, each of which is opened again and takes a heartbeat now and then."""
    return FULL * 1e6 / (costs["open_app_us"] / lifetime + costs["beat_us"] / HEARTBEAT)


def per_gigabyte(costs: Costs) -> float:
    """In a single process, which takes its own memory first."""
    return (1000 - costs["process_mb"]) * 1000 / costs["stream_kb"]


def replaced(load: Load, costs: Costs, *, seconds: int = 120) -> tuple[float, int]:
    """One process is replaced: the most openings a second while it is away, and the last second somebody waited."""
    simulation, most, last = Simulation(load, costs), 0.0, 0
    simulation.drain_one(0)
    for now in range(1, seconds + 1):
        opened = simulation.second(now)
        most = max(most, opened) if simulation.replaced else most
        last = now if simulation.waiting >= 1 else last
    return most, last


def percent(share: float) -> str:
    """Bold where it is more than there is."""
    text = f"{100 * share:,.0f} %"
    return f"**{text}**" if share > 1 else text


def _rounded(value: float, digits: int = 3) -> str:
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:,.0f}" if rounded >= 1000 else f"{rounded:g}"


if __name__ == "__main__":
    write_page()
    print(f"Written into {PAGE.name}")
