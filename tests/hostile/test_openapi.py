"""Every operation of the OpenAPI document, asked by schemathesis for what it was made for and for what it was not.

Its examples, the edges of its schemas, generated requests, and sequences in which one answer feeds the next request:
as a coordinator, and once more as the patient themself. No check is switched off; the one that is loosened stands in
`schemathesis.toml`, with its reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from patients.models import Patient
from tests.hostile.counted import TIMES, Counted
from tests.people import People
from tests.servers import ProcessServer

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
PATIENT = "demo-patient-maria-001"
"""Named in the file, which can so be used on any installation with the demo people."""
SEED = 20
EXAMPLES = 8 * TIMES
PHASES = ("examples", "coverage", "fuzzing", "stateful")
OWN = "GET /api/v1/patients/me"


@pytest.fixture
def patient(people: People) -> Patient:
    return people.patient()


@pytest.fixture
def configuration(patient: Patient, tmp_path: Path) -> Path:
    """The configuration, about a patient of the test's own: what is done to the demo's would be found by others."""
    text = CONFIGURATION.read_text()
    assert text.count(PATIENT) == 1
    (tmp_path / CONFIGURATION.name).write_text(text.replace(PATIENT, patient.id))
    return tmp_path / CONFIGURATION.name


class Run:
    """One run of schemathesis against the server at `url` and what it noted; raises when any check failed."""

    def __init__(self, configuration: Path, url: str, headers: dict[str, str], *limits: str) -> None:
        folder = configuration.parent
        report, events = folder / "report.json", folder / "report.ndjson"
        reports = ["--report=json,ndjson", f"--report-json-path={report}", f"--report-ndjson-path={events}"]
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration), "run"]
        token = headers["Authorization"].removeprefix("Bearer ")
        run = subprocess.run(
            [*command, f"{url}/api/v1/openapi.json", f"--seed={SEED}", "--generation-deterministic", *limits, *reports],
            env={**os.environ, "HOSTILE_TOKEN": token, "SCHEMATHESIS_HOOKS": str(HOOKS)},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        self.report: dict[str, Any] = json.loads(report.read_text())
        self.cases, self.followed, self.answered = Counter[str](), 0, Counter[tuple[str, int]]()
        """Cases per phase, those made from an answer before them, and answers per operation and status."""
        for scenario in _scenarios(events):
            self._note(scenario["phase"], scenario["recorder"])

    def _note(self, phase: str, recorder: dict[str, Any]) -> None:
        for name, case in recorder["cases"].items():
            self.cases[phase] += 1
            self.followed += case["is_transition_applied"]
            answer = recorder["interactions"].get(name, {}).get("response")
            operation = f"{case['value']['method']} {case['value']['path']}"
            self.answered[operation, answer["status_code"] if answer else 0] += 1

    def figures(self) -> dict[str, Any]:
        """Every operation was asked, every phase made cases, and in the last one answers fed requests."""
        operations, generated = self.report["operations"], self.report["test_cases"]["generated"]
        assert operations["tested"] == operations["total"] > 0
        assert {phase["status"] for phase in self.report["phases"].values() if not phase["skip_reason"]} == {"success"}
        assert not self.report["warnings"]["missing_auth"]
        assert self.cases.total() == generated
        assert self.followed > 0
        seconds = f"{self.report['running_time']:.0f}"
        ends = {"followed_an_answer": self.followed, "failures": 0, "seconds": seconds}
        return {"operations": operations["tested"], "cases": generated, **self.cases, **ends}


def _scenarios(events: Path) -> Iterator[dict[str, Any]]:
    for line in events.read_text().splitlines():
        yield from (event for name, event in json.loads(line).items() if name == "ScenarioFinished")


@pytest.fixture
def asked(process_server: Callable[..., ProcessServer], configuration: Path) -> Iterator[Callable[..., Run]]:
    """A run against a server of its own: `asked(headers, phases=…, examples=…)`."""
    with process_server(SSE_IDLE_SECONDS="0.2", SSE_LIFETIME_SECONDS="1") as server:

        def ask(headers: dict[str, str], *, phases: tuple[str, ...], examples: int) -> Run:
            limits = [f"--phases={','.join(phases)}", f"--max-examples={examples}"]
            run = Run(configuration, server.url, headers, *limits)
            assert set(run.cases) == set(phases)
            return run

        yield ask


@pytest.mark.timeout(120 * TIMES)
def test_no_operation_fails_whatever_a_coordinator_asks(
    people: People, asked: Callable[..., Run], counted: Counted
) -> None:
    run = asked(people.coordinator_headers(), phases=PHASES, examples=EXAMPLES)
    counted("schemathesis, as a coordinator", **run.figures())


@pytest.mark.timeout(120 * TIMES)
def test_no_operation_fails_whatever_a_patient_asks(
    people: People, patient: Patient, asked: Callable[..., Run], counted: Counted
) -> None:
    phases = tuple(phase for phase in PHASES if phase != "coverage")
    run = asked(people.patient_headers(patient), phases=phases, examples=EXAMPLES // 2)
    # Nobody but a patient is somebody of their own.
    assert run.answered[OWN, 200] > 0
    counted("schemathesis, as a patient", own_record_read=run.answered[OWN, 200], **run.figures())
