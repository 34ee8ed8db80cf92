"""What a run is asked to be."""

from __future__ import annotations

import argparse
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.chaos.bell import redis_is_installed
from bench.chaos.fault import Kind

WHOLE_RUN = 300.0
"""Seconds; shorter runs don't change the documentation."""

DURATION = re.compile(r"(\d+)(s|m|h)?")
UNITS = {"s": 1, "m": 60, "h": 3600}


class Options(NamedTuple):
    """`seconds` of faults; `settle`, of waiting until all is quiet afterwards."""

    seconds: float
    seed: int
    keep: bool
    workers: int
    patients: int
    redis: bool
    only: tuple[Kind, ...]
    settle: float
    first_port: int
    report: Path | None = None
    """Where the JSON goes; None: among the bench's results."""

    @property
    def command(self) -> str:
        """What repeats this run."""
        only = f" --faults {','.join(slug(kind) for kind in self.only)}" if self.only else ""
        bell = "redis" if self.redis else "notify"
        return (
            f"python -m bench.chaos --seconds {self.seconds:g} --seed {self.seed} --workers {self.workers} "
            f"--patients {self.patients} --wakeup {bell}{only}"
        )


def parse(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    """The options; `CHAOS=30m` in the environment is the same as `--seconds 1800`."""
    parser = argparse.ArgumentParser(prog="bench.chaos", description="The whole system under faults, and a checker.")
    parser.add_argument("--seconds", type=_seconds, default=_seconds(environ.get("CHAOS") or "5m"), metavar="N|5m|1h")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="default: a new one, printed")
    parser.add_argument("--keep", action="store_true", help="keep the folder of logs and transcripts")
    parser.add_argument("--workers", type=int, default=2, help="web processes (default: 2)")
    parser.add_argument("--patients", type=int, default=8, help="at least 3 (default: 8)")
    parser.add_argument("--wakeup", choices=("redis", "notify"), default="redis" if redis_is_installed() else "notify")
    parser.add_argument("--faults", type=_kinds, default=(), help=f"only these, of {', '.join(map(slug, Kind))}")
    parser.add_argument("--settle", type=_seconds, default=420.0, help="longest wait for quiet (default: 420)")
    parser.add_argument("--first-port", type=int, default=0, help="default: whichever are free")
    parser.add_argument("--report", type=Path, help="where the JSON goes (default: bench/results)")
    given = parser.parse_args(arguments)
    return Options(
        seconds=given.seconds,
        seed=given.seed,
        keep=given.keep,
        workers=given.workers,
        patients=given.patients,
        redis=given.wakeup == "redis",
        only=given.faults,
        settle=given.settle,
        first_port=given.first_port,
        report=given.report,
    )


def slug(kind: Kind) -> str:
    return kind.name.lower().replace("_", "-")


def _seconds(text: str) -> float:
    found = DURATION.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise argparse.ArgumentTypeError("must be a duration such as 90, 90s, 5m or 1h")
    return float(int(found[1]) * UNITS[found[2] or "s"])


def _kinds(text: str) -> tuple[Kind, ...]:
    by_slug = {slug(kind): kind for kind in Kind}
    try:
        return tuple(by_slug[name.strip()] for name in text.split(","))
    except KeyError as unknown:
        raise argparse.ArgumentTypeError(f"there is no fault {unknown}") from None
