"""Every operation of the OpenAPI document, asked by schemathesis for what it was made for and for what it was not.

Its examples, the edges of its schemas, generated requests, and sequences in which one answer feeds the next request.
What is switched off is said in `schemathesis.toml`, each with its reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patients.models import REQUIRED_PURPOSES, Consent, Patient
from tests.hostile.counted import TIMES, Counted
from tests.people import SHARED, People
from tests.servers import ProcessServer

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
PATIENT = "demo-patient-maria-001"
"""Named in the configuration, which can then be used on any installation with the demo people."""
SEED = 20
EXAMPLES = 8 * TIMES
PHASES = "examples,coverage,fuzzing,stateful"


@pytest.fixture
def patient(database: None) -> Patient:
    found, made = Patient.objects.get_or_create(
        id=PATIENT, defaults={"tenant_id": SHARED, "first_name": "Maria", "last_name": "Test"}
    )
    for purpose in REQUIRED_PURPOSES if made else ():
        Consent.objects.create(patient=found, tenant_id=SHARED, purpose=purpose, granted=True, policy_version="1")
    return found


def schemathesis(url: str, token: str, report: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run"]
    return subprocess.run(
        [*command, f"{url}/api/v1/openapi.json", "--report=json", f"--report-json-path={report}", *arguments],
        env={**os.environ, "HOSTILE_TOKEN": token, "SCHEMATHESIS_HOOKS": str(HOOKS)},
        cwd=report.parent,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(120 * TIMES)
def test_no_operation_fails_whatever_it_is_asked(
    people: People, patient: Patient, process_server: Callable[..., ProcessServer], tmp_path: Path, counted: Counted
) -> None:
    token = people.coordinator_headers()["Authorization"].removeprefix("Bearer ")
    limits = [f"--max-examples={EXAMPLES}", f"--seed={SEED}", "--generation-deterministic", f"--phases={PHASES}"]
    with process_server(SSE_IDLE_SECONDS="0.2", SSE_LIFETIME_SECONDS="1") as server:
        run = schemathesis(server.url, token, tmp_path / "report.json", *limits)
    assert run.returncode == 0, run.stdout + run.stderr
    counted("schemathesis", **figures(json.loads((tmp_path / "report.json").read_text())))


def figures(report: dict[str, Any]) -> dict[str, Any]:
    """Of the run: every operation was asked, in every phase."""
    operations, cases = report["operations"], report["test_cases"]
    assert operations["tested"] == operations["total"] > 0
    assert {phase["status"] for phase in report["phases"].values()} == {"success"}
    assert not report["warnings"]["missing_auth"]
    seconds = f"{report['running_time']:.0f}"
    return {"operations": operations["tested"], "cases": cases["generated"], "failures": 0, "seconds": seconds}
