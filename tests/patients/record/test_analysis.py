"""The analyst's process is bounded, told no more than it needs, and never left behind."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from patients.clinical.findings import Assertion, Kind
from patients.record import analysis
from patients.record.analysis import AnalysisFailed, Question, Told, analyze
from patients.record.statements import Origin

NOW = datetime(2026, 1, 2, tzinfo=UTC)
FINDING = {
    "kind": "condition",
    "text": "pain",
    "coding": {"system": "s", "code": "c", "display": "Pain"},
    "assertion": "present",
    "confidence": 0.9,
    "page": 1,
    "span": [0, 4],
    "details": {"status": "active"},
}
ANSWER = [{"id": "fhir-1", "finding": FINDING, "body": {"resourceType": "Condition"}}]

StandIn = Callable[[str], None]


@pytest.fixture
def analyst(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Puts a few lines of Python in the analyst's place."""
    return lambda code: monkeypatch.setattr(analysis, "ANALYST", (sys.executable, "-c", code))


def asked(*pages: str, api_key: str = "") -> Question:
    origin = Origin("document", "doc_1")
    return Question(pages=pages, locale="en", patient_id="pat_1", origin=origin, now=NOW, api_key=api_key)


def answering(answer: object) -> str:
    return f"import sys; sys.stdin.read(); print({json.dumps(answer)!r})"


async def test_what_it_answers_is_understood(analyst: StandIn) -> None:
    analyst(answering(ANSWER))
    (told,) = await analyze(asked("pain"))
    assert isinstance(told, Told)
    assert (told.id, told.finding.kind, told.finding.assertion) == ("fhir-1", Kind.CONDITION, Assertion.PRESENT)
    assert (told.finding.span, told.body) == ((0, 4), {"resourceType": "Condition"})


async def test_it_hears_the_question_and_finds_no_secret_around_it(
    analyst: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "secret")
    heard = tmp_path / "heard"
    analyst(f"import os, sys; open({str(heard)!r}, 'w').write(sys.stdin.read() + str(dict(os.environ))); print('[]')")
    assert await analyze(asked("one", "two", api_key="key")) == ()
    text = heard.read_text()
    assert '"pages": ["one", "two"], "locale": "en", "patient_id": "pat_1"' in text
    assert ("secret" in text, "'key'" in text) == (False, False)


@pytest.mark.parametrize(
    "code",
    [
        "raise SystemExit(1)",
        "import os; os.kill(os.getpid(), 9)",
        "print('not json')",
        "print('7')",
        answering([{"id": "fhir-1"}]),
        answering([{**ANSWER[0], "finding": {**FINDING, "kind": "tea"}}]),
        answering([{**ANSWER[0], "finding": {**FINDING, "confidence": 7}}]),
    ],
)
async def test_an_analyst_that_makes_no_sense_is_a_fault_of_ours(analyst: StandIn, code: str) -> None:
    analyst(code)
    with pytest.raises(AnalysisFailed) as failed:
        await analyze(asked("pain " * 100_000))
    assert failed.value.retryable


async def test_it_is_gone_when_its_time_is_up(analyst: StandIn) -> None:
    analyst("import time; time.sleep(60)")
    with pytest.raises(AnalysisFailed):
        await analyze(asked("pain"), timeout_seconds=0.3)
    assert psutil.Process().children(recursive=True) == []


async def test_a_cancelled_analysis_leaves_no_process(analyst: StandIn) -> None:
    analyst("import time; time.sleep(60)")
    task = asyncio.create_task(analyze(asked("pain")))
    while not psutil.Process().children():
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert psutil.Process().children(recursive=True) == []
