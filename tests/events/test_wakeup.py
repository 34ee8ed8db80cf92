"""Whatever wake-ups travel by, what is committed is heard in every process: once, in order, by the bell or the poll."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from itertools import cycle

import httpx
import pytest
from django.db import connection, transaction

from events import wakeup
from events.testing import StreamClient
from events.wakeup.ringer import PAUSE_SECONDS
from events.wakeup.silence import Silence
from patients.services.access import quarantine_patient
from tests.events.test_delivery import CLIENTS, Listener, _plan, _write
from tests.facts import positions, record, record_many
from tests.servers import ProcessServer
from tests.waiting import wait_until
from tests.wide.carriers import Carrier, InSilence, OverNotify, OverRedis
from tests.wide.redis_server import RedisServer

WITHIN = 10.0
"""Far less than a bell's carrier polls, far more than a busy machine needs."""

ALL = ["notify", pytest.param("redis", marks=pytest.mark.needs("redis-server")), "silence"]


@pytest.fixture(scope="module", params=ALL)
def carrier(request: pytest.FixtureRequest, database: None) -> Iterator[Carrier]:
    """Each way for wake-ups to travel."""
    if request.param != "redis":
        yield {"notify": OverNotify, "silence": InSilence}[request.param]()
        return
    with RedisServer() as server:
        yield OverRedis(server)


@pytest.fixture(scope="module")
def two(carrier: Carrier) -> Iterator[tuple[ProcessServer, ProcessServer]]:
    """Two processes that wake each other by it."""
    of = connection.settings_dict
    url = f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"
    with (
        ProcessServer(database=url, **carrier.environment) as one,
        ProcessServer(database=url, **carrier.environment) as other,
    ):
        yield one, other


@pytest.fixture(autouse=True)
def writers_ring_it(carrier, monkeypatch):
    """What this process commits is rung the same way."""
    bell = carrier.bell()
    monkeypatch.setattr(wakeup, "bell", lambda: bell)


def test_what_one_process_commits_is_heard_in_all(two, people):
    patient = people.patient()
    clients = [server.stream(people, patient, follow=True) for server in two]
    for client in clients:
        client.connected()
    for number in range(1, 4):
        record(patient)
        assert [client.next(WITHIN).position for client in clients] == [number, number]
    for client in clients:
        client.close()


def test_what_a_request_to_one_process_causes_is_heard_in_the_other(two, people):
    patient = people.patient()
    client = two[1].stream(people, patient, follow=True)
    client.connected()
    answer = httpx.post(
        f"{two[0].url}/api/v1/consent",
        headers=people.patient_headers(patient),
        json={"patient_id": patient.id, "purpose": "analytics", "granted": True, "policy_version": "1"},
        timeout=30,
    )
    assert answer.status_code == 201
    assert client.next(WITHIN).event == "intake_progress"
    client.close()


def test_racing_writers_and_dropping_clients_have_exactly_one_to_n(two, people):
    patient = people.patient()
    servers = cycle(two)

    def open_stream(patient, **options) -> StreamClient:
        return next(servers).stream(people, patient, **options)

    committed = _plan(seed=11)
    expected = sum(size for writer in committed for size, commits, _ in writer if commits)
    listeners = [Listener(open_stream, patient, seed) for seed in range(CLIENTS)]
    deadline = time.monotonic() + 60
    threads = [threading.Thread(target=one.listen, args=(expected, deadline)) for one in listeners]
    threads += [threading.Thread(target=_write, args=(patient, writer)) for writer in committed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert positions(patient) == list(range(1, expected + 1))
    assert [(one.fault, one.heard) for one in listeners] == [(None, list(range(1, expected + 1)))] * CLIENTS


def test_a_long_poll_elsewhere_is_answered(two, people):
    patient = people.patient()
    answers: list[httpx.Response] = []
    headers = people.patient_headers(patient)
    url = f"{two[0].url}/api/v1/patients/{patient.id}/events?wait=20"
    waiting = threading.Thread(target=lambda: answers.append(httpx.get(url, headers=headers, timeout=30)))
    waiting.start()
    # Whether it waits already cannot be seen from outside; one that comes later is answered at once.
    time.sleep(random.random() / 2)
    record(patient)
    waiting.join(WITHIN)
    assert [event["position"] for event in answers[0].json()["data"]["events"]] == [1]


def test_who_may_no_longer_look_is_sent_away_by_every_process(two, people):
    patient = people.patient()
    clients = [server.stream(people, patient, follow=True) for server in two]
    for client in clients:
        client.connected()
    quarantine_patient(tenant_id=patient.tenant_id, patient_id=patient.id)
    assert [client.until_done(WITHIN)[1]["reason"] for client in clients] == ["revoked", "revoked"]


def test_a_ring_says_whose_stream_has_grown_and_to_what_and_nothing_else(carrier, people, database_url):
    patient = people.patient()
    with carrier.witness(database_url) as rung:
        record(patient, "Maria Lopez, knee.pdf")
        said = [] if isinstance(carrier, InSilence) else [["Grown", patient.tenant_id, patient.id, 1]]
        assert [json.loads(message) for message in rung() if patient.id in message] == said


def test_what_is_rolled_back_rings_for_nobody(carrier, people, database_url):
    patient = people.patient()
    with carrier.witness(database_url) as rung:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record_many(patient, 3)
            raise ZeroDivisionError
        assert [message for message in rung() if patient.id in message] == []


def test_hearing_that_breaks_comes_back_and_nothing_is_missed(carrier, two, people, database_url):
    patient = people.patient()
    clients = [server.stream(people, patient, follow=True) for server in two]
    for client in clients:
        client.connected()
    record(patient)
    carrier.interrupt(database_url)
    record(patient)
    for client in clients:
        # At the latest when it listens again: it looks then, as what was rung before may not have been heard.
        assert [frame.position for frame in client.take(2, seconds=2 * WITHIN)] == [1, 2]
    wait_until(lambda: all(hears(server) for server in two), seconds=2 * WITHIN)
    # After a ring that failed none is sent for so long.
    time.sleep(PAUSE_SECONDS)
    record(patient)
    for client in clients:
        assert client.next(WITHIN).position == 3
        client.close()


def hears(server: ProcessServer) -> bool:
    """Whether it says that it hears the bell, where there is one."""
    return httpx.get(f"{server.url}/ready", timeout=10).json()["checks"]["wakeups"] in ("ok", Silence.when_silent)
