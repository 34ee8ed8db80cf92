"""Recording, resuming, and the admin's list and search, with a thousand and with a million events in the log.

Two databases, a process for each; they take turns, and a figure is the median of all turns. Writes the plans of the
slowest statements beside the figures, and the table into docs/scaling.md when nothing was narrowed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import usage
from bench.children import PYTHON, end, spawn
from bench.contenders.ours import Ours
from bench.database import Cluster
from bench.growth.filling import fill
from bench.growth.probe import MEASURES
from bench.statistics import median
from bench.table import markdown
from curaway.local.given import data_folder

RESULTS = Path(__file__).parent.parent / "results" / "growth"
PAGE = Path(__file__).parents[2] / "docs" / "scaling.md"
BEGIN, END = "<!-- growth: begin -->", "<!-- growth: end -->"
PATIENTS = 10
"""Each has more events than a page of the admin shows, in the small log too."""


class Probe:
    """A process that does one thing at a time in one of the databases, and says how long it took."""

    def __init__(self, ours: Ours, rows: int, log: Path) -> None:
        self.rows = rows
        command = [PYTHON, "-m", "bench.growth.probe"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
        self.process = spawn(command, log=log, environ=ours.environment(), **pipes)
        self.times: dict[str, list[float]] = {name: [] for name in MEASURES}

    def take(self, name: str) -> float:
        """Milliseconds of doing it once."""
        took = float(self._answer(name))
        self.times[name].append(took)
        return took

    def plans(self, name: str) -> str:
        return str(json.loads(self._answer(f"{name} plans")))

    def _answer(self, asked: str) -> str:
        print(asked, file=self.process.stdin)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"the probe of {self.rows:,} events ended while it was asked for: {asked}")
        return str(answer)

    def close(self) -> None:
        self.process.stdin.close()
        end(self.process, within=10)


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _parsed(arguments)
    folder = data_folder(os.environ) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(folder)
    machine = usage.machine()
    try:
        with ExitStack() as until:
            probes = [_probe(cluster, folder, rows, until) for rows in asked.rows]
            _take_turns(probes, asked.turns)
            _keep_plans(probes)
    finally:
        cluster.stop()
    text = _text(probes, asked, machine)
    print(f"\n{text}")
    if asked.rows == [1_000, 1_000_000]:
        before, rest = PAGE.read_text().split(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.split(END)[1]}")


def _probe(cluster: Cluster, folder: Path, rows: int, until: ExitStack) -> Probe:
    print(f"  a log of {rows:,} events: preparing", flush=True)
    ours = _Grown(cluster, folder, rows)
    ours.prepare(PATIENTS)
    fill(cluster, ours.database, rows=rows, patients=PATIENTS)
    probe = Probe(ours, rows, ours.log)
    until.callback(cluster.drop, ours.database)
    until.callback(probe.close)
    for name in MEASURES:
        probe.take(name)  # caches and plans
        probe.times[name].clear()
    return probe


def _take_turns(probes: list[Probe], turns: int) -> None:
    for turn in range(turns):
        for name in MEASURES:
            for probe in probes:
                probe.take(name)
        print(f"\r  turn {turn + 1} of {turns}", end="", flush=True)


def _keep_plans(probes: list[Probe]) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    for probe in probes:
        for name in MEASURES:
            (RESULTS / f"{name}-{probe.rows}.txt").write_text(probe.plans(name))


def _text(probes: list[Probe], asked: argparse.Namespace, machine: dict[str, Any]) -> str:
    medians = [{name: median(probe.times[name]) for name in MEASURES} for probe in probes]
    heading = ["", *(f"{probe.rows:,} events" for probe in probes), "ratio"]
    rows = [
        [about, *(f"{found[name]:.1f} ms" for found in medians), f"{medians[-1][name] / medians[0][name]:.2f}"]
        for name, about in MEASURES.items()
    ]
    where = f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB"
    return f"{where}; medians of {asked.turns} turns.\n\n{markdown(heading, rows)}\n"


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--rows", type=int, nargs=2, default=[1_000, 1_000_000], metavar=("FEW", "MANY"))
    parser.add_argument("--turns", type=int, default=15, help="how often each thing is done in each log")
    return parser.parse_args(arguments)


class _Grown(Ours):
    """This project's own set-up, in a database named by how much is in it."""

    def __init__(self, cluster: Cluster, folder: Path, rows: int) -> None:
        super().__init__(cluster, folder, port=0)
        self.database = f"bench_growth_{rows}"


if __name__ == "__main__":
    main()
