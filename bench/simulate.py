"""What so many streams ask of processes, database and bell: a simulation by the second, from measured figures.

    python -m bench.simulate --streams 1000000 --events 2000 --processes 120

Figures come from `bench/results`: what single steps cost from `python -m bench.steps`, the rest from the newest whole
run of `make bench`; what was measured in neither is assumed, and marked so. Assumed in any case: the streams per
patient, and how long a process that is replaced is away.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bench.steps.figures import FIGURES, figures

FULL = 0.8
"""Beyond this share of a resource waiting grows faster than load."""
HEARTBEAT, ACCESS, RETURN = 15.0, 20.0, 5
"""Seconds: between heartbeats, between looks at who may see, over which a drained process's streams return."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is asked, and of how much. A process uses at most one core."""

    streams: float = 1_000_000
    events: float = 2_000
    processes: float = 120
    listeners: float = 1.3
    """Streams per patient somebody listens to; each takes a whole event's time, as if in a process of its own."""
    database_cores: float = 16
    bell: str = "notify"
    lifetime: int = 300
    poll: float = 3.0
    away: int = 20
    """Seconds from a process's drain until its successor takes streams."""

    @property
    def openings(self) -> float:
        """Per second, when nothing else happens: each stream lives 80 to 100 % of its lifetime."""
        return self.streams / (0.9 * self.lifetime)


def usage(load: Load, openings: float, cost: Mapping[str, float]) -> dict[str, float]:
    """The share of each resource that is used in a second with so many openings; 1.0: all of it."""
    frames = load.events * load.listeners * cost["event_us"] + load.streams / HEARTBEAT * cost["beat_us"]
    rings = load.events * load.processes if load.bell != "off" else 0.0
    told = load.events * cost["notify_db_us"] + rings * cost["ring_db_us"]
    by_notify = told if load.bell == "notify" else 0.0
    heard = rings * cost["heard_redis_us" if load.bell == "redis" else "heard_notify_us"]
    database = (
        load.events * (cost["emit_db_us"] + load.listeners * cost["read_db_us"])
        + openings * cost["open_db_us"]
        + load.streams / load.listeners * cost["poll_db_us"] / load.poll
        + load.streams * cost["access_db_us"] / ACCESS
    )
    processes = openings * cost["open_app_us"] + frames + heard
    shares = {
        "processes": processes / (load.processes * 1e6),
        "database": (database + by_notify) / (load.database_cores * 1e6),
        "of it, NOTIFY": by_notify / (load.database_cores * 1e6),
    }
    return shares | ({"Redis": rings * cost["ring_redis_us"] / 1e6} if load.bell == "redis" else {})


@dataclass
class Simulation:
    """Second by second; `waiting` are those who would like to be connected and are not."""

    load: Load
    cost: Mapping[str, float]
    open: float = 0.0
    waiting: float = 0.0
    ends: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    returns: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    replaced: list[int] = field(default_factory=list)
    """When each process that is away is back."""

    def __post_init__(self) -> None:
        # As if it had run for ever: of streams that live 80 to 100 % of their lifetime, the lives that are left.
        longest = self.load.lifetime
        left = {later: min(1.0, (longest - later) / (0.2 * longest)) for later in range(1, longest)}
        self.open = self.load.streams
        for later, weight in left.items():
            self.ends[later] += self.load.streams * weight / sum(left.values())

    @property
    def present(self) -> Load:
        """The same, asked of the processes that are not away."""
        return replace(self.load, processes=self.load.processes - len(self.replaced))

    def capacity(self) -> float:
        """Openings a second that processes and database can do beside everything else."""
        load = self.present
        if load.processes <= 0:
            return 0.0
        idle, one = usage(load, 0, self.cost), usage(load, 1, self.cost)
        return min(max(0.0, 1 - idle[name]) / (one[name] - idle[name]) for name in ("processes", "database"))

    def second(self, now: int) -> float:
        """Let one second pass; returns the openings in it."""
        self.replaced = [back for back in self.replaced if back > now]
        ended = min(self.open, self.ends.pop(now, 0.0))
        self.open -= ended
        self.waiting += ended + self.returns.pop(now, 0.0)
        opened = min(self.waiting, self.capacity())
        self.waiting -= opened
        self.open += opened
        lives = range(round(0.8 * self.load.lifetime), self.load.lifetime)
        for life in lives:
            self.ends[now + life] += opened / len(lives)
        return opened

    def drain_one(self, now: int) -> None:
        """One process is replaced: its streams are told to return over the next seconds, to the others."""
        share = self.open / max(1.0, self.present.processes)
        self.replaced.append(now + self.load.away)
        rest = 1 - share / self.open if self.open else 1.0
        self.ends = defaultdict(float, {second: count * rest for second, count in self.ends.items()})
        self.open -= share
        for later in range(1, RETURN + 1):
            self.returns[now + later] += share / RETURN


def memory(load: Load, cost: Mapping[str, float]) -> float:
    """Megabytes of one process."""
    return cost["process_mb"] + load.streams / load.processes * cost["stream_kb"] / 1000


def breaks_at(load: Load, cost: Mapping[str, float], resource: str) -> float:
    """The streams at which this resource is full, when everything but the database grows with them."""
    low, high = 0.0, 1e4
    for _ in range(50):
        middle = (low + high) / 2
        grown = replace(load, **{name: getattr(load, name) * middle for name in ("streams", "events", "processes")})
        low, high = (middle, high) if usage(grown, grown.openings, cost)[resource] <= FULL else (low, middle)
    return load.streams * low if high < 1e4 else float("inf")


def run(load: Load, cost: Mapping[str, float], *, seconds: int = 900, deploy_every: int = 0) -> list[str]:
    """The table: what is used in an ordinary second and in the worst one, and where it is full."""
    simulation, openings, waiting = Simulation(load, cost), [], 0.0
    usual = usage(load, load.openings, cost)
    worst = dict(usual)
    for now in range(1, seconds + 1):
        if deploy_every and now % deploy_every == 0 and now // deploy_every <= load.processes:
            simulation.drain_one(now)
        openings.append(simulation.second(now))
        waiting = max(waiting, simulation.waiting)
        if simulation.present.processes > 0:
            shares = usage(simulation.present, openings[-1], cost)
            worst = {name: max(worst[name], share) for name, share in shares.items()}
    full = {name: breaks_at(load, cost, name) for name, share in usual.items() if share}
    return [
        f"{'':<16}{'usual':>8}{'worst':>8}{'full at':>16}",
        *(f"{name:<16}{usual[name]:>8.0%}{worst[name]:>8.0%}{full[name]:>16,.0f} streams" for name in full),
        f"openings a second: {load.openings:,.0f} usual, {max(openings):,.0f} worst, "
        f"{simulation.capacity():,.0f} possible; most that waited at once: {waiting:,.0f}",
        f"memory of a process: {memory(load, cost):,.0f} MB",
    ]


def main() -> None:
    """Print the figures and the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("streams", "events", "processes", "listeners", "database_cores", "poll", "away"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=getattr(Load, name))
    parser.add_argument("--bell", choices=("notify", "redis", "off"), default=Load.bell)
    parser.add_argument("--deploy-every", type=int, default=0, metavar="S", help="replace a process every S seconds")
    asked = vars(parser.parse_args())
    deploy_every = asked.pop("deploy_every")
    cost, sources = figures()
    for name, figure in FIGURES.items():
        print(f"{name:<14}{cost[name]:>8.3g} {figure.unit:<3} {figure.about}  ({sources[name]})")
    print("\n" + "\n".join(run(Load(**asked), cost, deploy_every=deploy_every)))


if __name__ == "__main__":
    main()
