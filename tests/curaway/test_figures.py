"""What a process tells of itself is what has happened in it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import chain, repeat
from typing import Any

import httpx
import pytest
from django.utils import timezone

from curaway import metrics
from events import wakeup
from events.hub import Hub
from events.operations import orders
from events.operations.server_process import ServerProcess
from events.stream_settings import StreamSettings
from patients.matching import steps
from patients.matching.steps import Asked
from tests.curaway.scraped import told, value
from tests.doubles import QStashDouble
from tests.events.outbox import new_job
from tests.facts import record_many
from tests.http_double import Answer, Request
from tests.people import SHARED, People
from tests.waiting import wait_until

SWEPT_IN_SERVERS = set(metrics.SWEPT_WHAT) - {"jobs_published_late"}


def refusal(client: Any) -> str:
    return str(client.open().json()["errors"][0]["reason"])


@pytest.mark.timeout(120)
def test_streams_are_counted_as_they_are_opened_refused_and_ended(people: People, process_server: Any) -> None:
    patient = people.patient()
    with process_server(SSE_MAX_STREAMS="1") as elsewhere, httpx.Client(base_url=elsewhere.url) as there:
        wait_until(lambda: value(there, "curaway_wakeups_listening") == 1)
        assert value(there, "curaway_draining") == 0
        client = elsewhere.stream(people, patient, follow=True)
        client.connected()
        assert value(there, "curaway_streams_open") == 1
        assert refusal(elsewhere.stream(people, people.patient())) == "capacity"
        orders.drain_process(_row(elsewhere).pk, by="user_operator")
        assert client.until_done()[1]["reason"] == "draining"
        assert refusal(elsewhere.stream(people, patient)) == "draining"
        wait_until(lambda: value(there, "curaway_streams_open") == 0)
        assert value(there, "curaway_draining") == 1
        assert told(there, "curaway_streams_opened_total", "how") == {"new": 1}
        assert told(there, "curaway_streams_ended_total", "reason") == {"draining": 1}
        assert told(there, "curaway_streams_refused_total", "reason") == {"capacity": 1, "draining": 1}


@pytest.mark.timeout(120)
def test_the_lag_is_that_of_the_client_furthest_behind_until_it_reads(people: People, process_server: Any) -> None:
    patient = people.patient()
    with process_server() as elsewhere, httpx.Client(base_url=elsewhere.url) as there:
        quick = elsewhere.stream(people, people.patient(), follow=True)
        stalled = elsewhere.stream(people, patient, follow=True, receive_buffer=4096)
        quick.connected()
        stalled.connected()
        record_many(quick.patient, 1)
        rounds = value(there, "curaway_round_seconds_count")
        record_many(patient, 30, filename="x" * 200_000)
        # While somebody looks at a process's streams, it tells of them in every round.
        orders.watch(patient_id=patient.id)

        def lag() -> float:
            seen = {one["patient_id"]: one["lag"] for one in _row(elsewhere).streams}
            behind = value(there, "curaway_stream_lag_events")
            return behind if behind == seen.get(patient.id) else 0

        assert 0 < wait_until(lag) < 30
        assert [frame.position for frame in stalled.take(30)] == list(range(1, 31))
        wait_until(lambda: value(there, "curaway_stream_lag_events") == 0)
        assert value(there, "curaway_round_seconds_count") > rounds
        assert value(there, "curaway_rounds_failed_total") == 0


def _row(server: Any) -> ServerProcess:
    return wait_until(ServerProcess.objects.filter(name__endswith=f":{server.pid}").first)


class Moody(QStashDouble):
    """Takes the first job, refuses the second, and can't take any other now."""

    def __init__(self) -> None:
        super().__init__()
        self._answers = chain((Answer.json({"messageId": "msg_1"}, 201), Answer(401)), repeat(Answer(503)))

    def answer(self, request: Request) -> Answer:
        return next(self._answers)


@pytest.mark.timeout(120)
def test_jobs_are_counted_by_what_became_of_them_and_sweeps_by_what_they_took_up(
    people: People, process_server: Any, http: httpx.Client
) -> None:
    def ended(*processes: httpx.Client) -> float:
        return sum(value(of, "curaway_swept_total", sweep="matches_ended") for of in processes)

    before, left_at = ended(http), timezone.now() - timedelta(minutes=5)
    match = steps.begin(Asked(SHARED, people.patient().id), confidence=0.5, now=left_at).match
    steps.advance(match, "retrieve", providers=3, now=left_at)
    for _ in range(3):
        new_job()
    with (
        Moody() as queue,
        process_server(QSTASH_URL=queue.url, QSTASH_TOKEN="t") as elsewhere,
        httpx.Client(base_url=elsewhere.url) as there,
    ):
        wait_until(lambda: set(told(there, "curaway_sweeps_total", "sweep")) == SWEPT_IN_SERVERS)
        relayed = wait_until(lambda: len(found := told(there, "curaway_jobs_relayed_total", "outcome")) == 3 and found)
        assert (relayed["published"], relayed["refused"]) == (1, 1)
        # Whichever process swept first took it up.
        wait_until(lambda: ended(http, there) >= before + 1, seconds=20)


async def test_a_process_that_hears_no_wake_ups_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[int] = []

    async def cut(_: Any, listens: Any) -> None:
        listens()
        raise OSError

    monkeypatch.setattr(wakeup, "listen", cut)
    monkeypatch.setattr(metrics, "LISTENING", type("Gauge", (), {"set": staticmethod(said.append)}))
    listening = asyncio.create_task(Hub(StreamSettings(poll_seconds=0)).listen_forever())
    async with asyncio.timeout(5):
        while len(said) < 3:
            await asyncio.sleep(0.01)
    listening.cancel()
    assert said[:3] == [1, 0, 1]
