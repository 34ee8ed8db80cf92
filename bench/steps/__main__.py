"""`python -m bench.steps`: the processor time of each single step of the server, the database and the bell, in four
to six minutes; `python -m bench.simulate` computes with it.

The project's own server, one process, with some hundred streams, on the bench's own Postgres. Counted is user and
system time, from /proc: of the server, and of all of Postgres's processes together, less what an idle window of the
same length takes. So it matters little what else the machine does meanwhile. A figure is the median of its turns.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench import report, scaling, usage
from bench.database import Cluster
from bench.ports import free_port
from bench.statistics import median
from bench.steps.figures import FIGURES, RESULTS, STEPS
from bench.steps.listeners import RedisServer
from bench.steps.measuring import PATIENTS, READ_TOGETHER, Server, Steps, Turns
from curaway.local.given import data_folder

BESIDES = {"read_together_db_us": f"the same, of {READ_TOGETHER} patients with one question"}
"""Figures that the model does not compute with."""

NO_REDIS = "redis-server is not installed"


def main(arguments: Sequence[str]) -> None:
    asked = _parsed(arguments)
    folder = data_folder(os.environ) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    facts: dict[str, Any] = {"command": shlex.join(["python", "-m", "bench.steps", *arguments])}
    facts |= {"began": _now(), "machine": usage.machine()}
    cluster = Cluster(folder)
    try:
        with _redis(folder) as redis:
            turns = _measured(Server(cluster, folder, asked.port or free_port()), asked.turns, redis)
    finally:
        cluster.stop()
    left_out = {} if redis else dict.fromkeys((name for name in FIGURES if "redis" in name), NO_REDIS)
    versions = {**report.versions(cluster.version), "redis": RedisServer.version() if redis else None}
    facts |= {"ended": _now(), "load_after": [round(load, 2) for load in os.getloadavg()]}
    facts |= {"revision": report.revision(), "versions": versions, "turns": asked.turns, "patients": PATIENTS}
    facts |= {"figures": {name: _figure(name, values) for name, values in turns.items()}, "left_out": left_out}
    print("\n" + "\n".join(_table(facts)))
    print(f"\nWritten to {report.write_json(asked.into, STEPS.removesuffix('.json'), facts)}")
    if asked.into == RESULTS:
        scaling.write_page()


@contextmanager
def _redis(folder: Path) -> Iterator[RedisServer | None]:
    server = RedisServer(folder) if RedisServer.installed() else None
    try:
        yield server
    finally:
        if server:
            server.stop()


def _measured(server: Server, turns: int, redis: RedisServer | None) -> Turns:
    print(f"  preparing {PATIENTS:,} patients", flush=True)
    server.prepare(PATIENTS)
    server.add_events(patients=PATIENTS, each=1, first_nonce=1)
    server.cluster.run("VACUUM ANALYZE", database=server.database)
    server.cluster.settle()
    steps = Steps(server, turns)
    over_redis: list[Callable[[], Turns]] = []
    if redis:
        over_redis = [partial(steps.hearing_redis, redis), partial(steps.telling_redis, redis)]
    else:
        print(f"  left out, as {NO_REDIS}: what travels by Redis", flush=True)
    found: Turns = {}
    try:
        # The last ones have no server beside them.
        for step in (steps.opening, steps.hearing, *over_redis, steps.telling, *_of_the_log(steps)):
            began, one = time.monotonic(), step()
            found |= one
            told = ", ".join(f"{name} {median(values):,.4g}" for name, values in one.items())
            print(f"  {told}  ({time.monotonic() - began:.0f} s)", flush=True)
    finally:
        steps.stop()
        server.stop()
        server.cluster.drop(server.database)
    return found


def _of_the_log(steps: Steps) -> list[Callable[[], Turns]]:
    return [steps.reading, steps.polling, steps.access, steps.recording]


def _figure(name: str, values: list[float]) -> dict[str, Any]:
    unit, about = (FIGURES[name].unit, FIGURES[name].about) if name in FIGURES else ("µs", BESIDES[name])
    return {"value": median(values), "unit": unit, "about": about, "turns": values}


def _table(facts: dict[str, Any]) -> list[str]:
    return [
        f"{name:<20}{found['value']:>9,.4g} {found['unit']:<3} {found['about']}"
        for name, found in facts["figures"].items()
    ] + [f"{name:<20}{'-':>9}     left out: {why}" for name, why in facts["left_out"].items()]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    formatted = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m bench.steps", description=__doc__, formatter_class=formatted)
    parser.add_argument("--turns", type=int, default=3, help="of each step; default: %(default)s")
    parser.add_argument("--port", type=int, default=0, help="of the server; default: any that is free")
    parser.add_argument("--into", type=Path, default=RESULTS, help="the result's folder; default: %(default)s")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
