"""`/metrics`: who may read it, and what it says."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client

from curaway import metrics
from events.operations.job_figures import JobFigures
from tests.curaway.scraped import samples, value
from tests.facts import record
from tests.people import People
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "t" * 40


@pytest.mark.parametrize(
    ("token", "debug", "header", "status"),
    [
        ("", True, None, 200),
        ("", False, None, 404),
        ("", False, f"Bearer {TOKEN}", 404),
        (TOKEN, True, None, 401),
        (TOKEN, False, None, 401),
        (TOKEN, False, "Bearer wrong", 401),
        (TOKEN, False, f"Basic {TOKEN}", 401),
        (TOKEN, False, "Bearer ü", 401),
        (TOKEN, False, f"Bearer {TOKEN}", 200),
    ],
)
def test_only_who_has_the_token_reads_the_figures(
    database: None, settings: Any, token: str, debug: bool, header: str | None, status: int
) -> None:
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, METRICS_TOKEN=token, DEBUG=debug)
    answer = Client().get("/metrics", headers={"Authorization": header} if header else {})
    assert answer.status_code == status
    assert (b"curaway_streams_open" in answer.content) == (status == 200)


def test_nothing_can_be_sent_there(database: None) -> None:
    assert Client().post("/metrics").status_code == 405


def test_opening_hearing_and_ending_are_counted(people: People, stream: Any, http: httpx.Client) -> None:
    patient = people.patient()
    resumed = ("curaway_streams_opened_total", {"how": "resumed"})
    ahead = ("curaway_stream_resets_total", {"reset": "ahead"})
    ended = ("curaway_streams_ended_total", {"reason": "client"})
    heard = ("curaway_heard_seconds_count", {})
    open_now = ("curaway_streams_open", {})
    before = [value(http, name, **labels) for name, labels in (resumed, ahead, ended, heard)]
    client = stream(patient, last_event_id=0, follow=True)
    client.connected()
    stream(patient, last_event_id=7, follow=True).connected()
    assert value(http, open_now[0]) >= 2
    record(patient)
    client.next()
    client.close()
    wait_until(lambda: value(http, ended[0], **ended[1]) > before[2])
    after = [value(http, name, **labels) for name, labels in (resumed, ahead, ended, heard)]
    assert [new > old for new, old in zip(after, before, strict=True)] == [True] * 4


def test_no_label_names_anybody(people: People, stream: Any, http: httpx.Client) -> None:
    patient = people.patient()
    stream(patient, follow=True).connected()
    text = http.get("/metrics").text
    words = {word for _, labels in samples(text) for name, word in labels if name not in ("le", "version")}
    assert [word for word in words if not re.fullmatch(r"[a-z_ -]{2,40}", word)] == []
    assert patient.id not in text
    assert patient.tenant_id not in text


def test_without_its_database_a_process_still_tells_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def away(*_: object) -> Any:
        raise OperationalError

    monkeypatch.setattr("events.operations.job_figures.connection", type("Away", (), {"cursor": staticmethod(away)}))
    told = samples(metrics.exposition(JobFigures()).decode())
    assert told[("curaway_database_up", ())] == 0
    assert ("curaway_streams_open", ()) in told


def test_several_workers_answer_for_all(tmp_path: Path) -> None:
    code = (
        "import os, sys; from curaway import metrics\n"
        "metrics.STREAMS_OPEN.inc(); metrics.STREAMS_ENDED.labels('idle').inc()\n"
        "print(metrics.exposition().decode())\n"
        "if sys.argv[1] == 'leaves': metrics.leave()\n"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def worker(how: str) -> dict[Any, float]:
        command = [sys.executable, "-c", code, how]
        told = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
        return samples(told.stdout)

    worker("leaves")
    told = worker("stays")
    # What a worker counted outlives it; what it had open does not.
    assert told[("curaway_streams_ended_total", (("reason", "idle"),))] == 2
    assert told[("curaway_streams_open", ())] == 1
