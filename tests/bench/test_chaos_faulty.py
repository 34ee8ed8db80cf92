"""A chaos run of a few seconds against a server with faults of its own: the checker finds each of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.servers import ROOT

FAULTY = """
import sys
from bench.chaos import world
world.APPLICATION = "tests.bench.faulty_server:application"
from bench.chaos.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
FOUND = {
    "one effect for any number of deliveries",
    "a page says where to go on",
    "a state names only what is its patient's own",
    "the log verifies",
}
FOREIGN = "nobody is told the words of anyone else"


def test_a_run_finds_the_faults_of_the_server(tmp_path: Path) -> None:
    """With this seed two of three patients begin by uploading a report."""
    report = tmp_path / "chaos.json"
    options = "--seconds 3 --seed 881 --workers 1 --patients 3 --wakeup notify --settle 60 --faults writer-killed"
    finished = subprocess.run(
        [sys.executable, "-c", FAULTY, *options.split(), "--report", str(report)],
        cwd=ROOT,
        env={**os.environ, "CHAOS": "", "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert report.exists(), finished.stdout + finished.stderr
    assert finished.returncode == 1
    violations = json.loads(report.read_text())["violations"]
    for told in ("connected", "event"):
        assert [one for one in violations if one.startswith(FOREIGN) and f": {told} at position" in one], violations
    assert {violation.partition(": ")[0] for violation in violations} >= FOUND, violations
