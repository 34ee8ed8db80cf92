"""A chaos run of a few seconds with real processes, and only faults that heal at once: every promise is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.servers import ROOT

FAULTS = "web-paused,wakeup-killed,writer-killed,clients-cut,callbacks-twice"

SAID = {"web worker paused", "wake-up killed", "writer killed", "client sockets cut", "callbacks delivered twice"}


def test_a_short_run_keeps_every_promise(tmp_path: Path) -> None:
    report = tmp_path / "chaos.json"
    options = f"--seconds 4 --seed 3 --patients 3 --wakeup notify --settle 60 --faults {FAULTS} --report {report}"
    finished = subprocess.run(
        [sys.executable, "-m", "bench.chaos", *options.split()],
        cwd=ROOT,
        env={**os.environ, "CHAOS": ""},
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    facts = json.loads(report.read_text())
    assert facts["violations"] == []
    assert facts["counts"]["events heard"] > 50
    assert facts["counts"]["outsiders refused"] > 0
    assert set(facts["faults"]) == {fault["kind"] for fault in facts["plan"]} == SAID
    network = facts["counts"]["network"]
    assert network["callback twice"] > 0
    assert network.get("client cut in a frame", 0) + network.get("client cut between frames", 0) > 0
