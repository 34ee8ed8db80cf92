"""`make bench`: everything, in less than eighteen minutes; `BENCH=quick make bench`: in three, with small counts."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import report, scaling, usage
from bench.contenders.ours import UNLIKE_PRODUCTION
from bench.database import Cluster
from bench.descriptors import allowed_descriptors
from bench.peers import install_peers
from bench.plan import FULL, QUICK, Plan
from bench.ring import CONTENDERS, MEASURES, Ring
from bench.targets import targets
from curaway.local.given import data_folder, given_settings
from curaway.local.lock import FileLock

SEED = 20_260_101


def main(arguments: Sequence[str]) -> None:
    """Run what is asked for. A missed promise stands in the table; it does not make the run a failure."""
    began, asked = time.monotonic(), _parsed(arguments)
    plan = QUICK if asked.quick else FULL
    folder = data_folder(os.environ) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    if not FileLock(folder / "bench.lock").try_seize():
        raise SystemExit(f"Another bench runs in {folder}; DATA_DIR= gives this one a folder of its own.")
    allowed_descriptors()
    facts = {"plan": plan.name, "seed": asked.seed, "command": shlex.join(["python", "-m", "bench", *arguments])}
    facts |= {"began": datetime.now(UTC).isoformat(timespec="seconds"), "machine": usage.machine()}
    facts |= {"switches": report.switches(given_settings(os.environ)), "settings_of_ours": UNLIKE_PRODUCTION}
    problem = install_peers()
    if problem:
        print(f"  The contenders' packages could not be installed: {problem}", flush=True)
    _run(plan, asked, folder, facts, began)


def _run(plan: Plan, asked: argparse.Namespace, folder: Path, facts: dict[str, object], began: float) -> None:
    cluster = Cluster(folder)
    try:
        ring = Ring(cluster, folder, plan, seed=asked.seed, began=began)
        ring.run(asked.contenders, asked.only)
    finally:
        cluster.stop()
    judged = [target.judged(ring.results) for target in targets(plan)]
    contenders = {name: CONTENDERS[name].about for name in asked.contenders}
    text = report.tables(ring.results, plan, contenders, judged)
    print(f"\n{text}\n")
    facts |= {
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "load_after": [round(load, 2) for load in os.getloadavg()],
        "revision": report.revision(),
        "versions": {**report.versions(cluster.version), **ring.versions},
        "seconds": {part: round(seconds, 1) for part, seconds in ring.seconds.items()},
        "contenders": contenders,
        "measures": ring.results.as_json(),
        "targets": [verdict._asdict() for verdict in judged],
    }
    whole = plan is FULL and asked.only == list(MEASURES) and asked.contenders == list(CONTENDERS)
    name = f"{facts['began']!s:.16}-{plan.name}".replace(":", "")
    print(f"Written to {report.write_json(report.RESULTS if whole else report.SCRATCH, name, facts)}")
    if whole:
        report.write_page(f"{_heading(facts)}\n\n{text}")
        scaling.write_page()


def _heading(facts: dict[str, object]) -> str:
    machine = facts["machine"]
    assert isinstance(machine, dict)
    return (
        f"{facts['began']!s:.10}, {machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"{machine['system']}, Python {machine['python']}; load before the run {machine['load_before'][0]}. "
        f"Seed {facts['seed']}."
    )


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    quick = os.environ.get("BENCH") == "quick"
    parser.add_argument("--quick", action="store_true", default=quick, help="small counts; the same as BENCH=quick")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES), help="these measures")
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=list(CONTENDERS), help="these only")
    parser.add_argument("--seed", type=int, default=SEED, help="of what is drawn at random; default: %(default)s")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
