"""`make chaos`: five minutes of faults, then the verdict; `CHAOS=30m make chaos` for longer. Exit 1 on a violation."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bench import usage
from bench.chaos import outcome
from bench.chaos.checks import check
from bench.chaos.checks.violation import Violation
from bench.chaos.clock import clocks_move
from bench.chaos.options import WHOLE_RUN, Options, parse
from bench.chaos.run import Run
from bench.report import RESULTS, SCRATCH, revision
from curaway.local.given import data_folder

NO_CLOCKS = "no clock is moved: that needs Linux and a C compiler (apt-get install gcc)"


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 when every promise was kept."""
    options = parse(arguments, os.environ)
    folder = data_folder(os.environ) / "chaos" / str(options.seed)
    shutil.rmtree(folder, ignore_errors=True)
    _say(f"seed {options.seed}; again with: {options.command}")
    if not clocks_move():
        _say(NO_CLOCKS)
    began = datetime.now(UTC)
    machine = usage.machine()
    run = Run(options, folder, _say)
    evidence = run.gather()
    violations = [*run.found, *check(evidence)]
    facts = {
        "began": began.isoformat(timespec="seconds"),
        "revision": revision(),
        "machine": machine,
        "seed": options.seed,
        "seconds": options.seconds,
        "command": options.command,
        "wakeup": run.world.bell.about,
        "clocks moved": clocks_move(),
        "counts": outcome.counts(evidence),
        "faults": {str(kind): number for kind, number in sorted(run.conductor.counts.items())},
        "plan": [fault.as_json() for fault in run.faults],
        "quiet_after": run.quiet_after,
        "violations": [str(violation) for violation in violations],
    }
    _tell(options, facts, violations)
    if violations or options.keep:
        _say(f"logs and transcripts are in {folder}")
    else:
        run.world.forget()
    return 1 if violations else 0


def _tell(options: Options, facts: dict[str, Any], violations: Sequence[Violation]) -> None:
    text = outcome.table(facts)
    print(f"\n{text}\n")
    whole = options.seconds >= WHOLE_RUN and not options.only
    path = options.report or (RESULTS if whole else SCRATCH) / "chaos.json"
    outcome.write_json(path, facts)
    _say(f"written to {path}")
    if whole:
        outcome.write_page(f"{_heading(facts)}\n\n{text}")
    if violations:
        _say(f"{len(violations)} violations:\n{outcome.said(violations)}")
    else:
        _say("every promise was kept")


def _heading(facts: dict[str, Any]) -> str:
    machine = facts["machine"]
    clocks = "moved" if facts["clocks moved"] else "not moved"
    return (
        f"{facts['began']:.10}, {machine['processor']}, {machine['cores']} cores, revision {facts['revision']}; "
        f"wake-ups over {facts['wakeup']}, clocks {clocks}. Again: `{facts['command']}`."
    )


def _say(line: str) -> None:
    print(f"  {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
