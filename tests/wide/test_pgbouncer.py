"""Behind PgBouncer in transaction mode: the queries share its few connections, and LISTEN has one of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import cycle

import httpx
import psycopg
import pytest
from django.db import connections

from tests.events.test_delivery import CLIENTS, Listener, _plan, _write
from tests.facts import positions, record
from tests.servers import ProcessServer
from tests.waiting import wait_until
from tests.wide.conftest import UNHEARD
from tests.wide.pgbouncer import POOL, PgBouncer

pytestmark = pytest.mark.needs("pgbouncer")


@pytest.fixture(scope="module")
def pgbouncer(module_database_url: str) -> Iterator[PgBouncer]:
    with PgBouncer(module_database_url) as running:
        yield running


@pytest.fixture(scope="module")
def two(pgbouncer: PgBouncer, module_database_url: str) -> Iterator[list[ProcessServer]]:
    """Two processes behind it, which know the database's own address too."""
    asking = f"{pgbouncer.url}?application_name=wide-asking"
    listening = f"{module_database_url}?application_name=wide-listening"
    given = {"DATABASE_DIRECT_URL": listening, "SSE_POLL_SECONDS": UNHEARD}
    with ProcessServer(database=asking, **given) as one, ProcessServer(database=asking, **given) as other:
        yield [one, other]


@pytest.fixture
def through_it(pgbouncer, monkeypatch):
    """This process's new connections go through PgBouncer too."""
    monkeypatch.setitem(connections.databases["default"], "PORT", str(pgbouncer.port))


@pytest.mark.timeout(180)
def test_racing_writers_and_dropping_clients_have_exactly_one_to_n(two, people, through_it):
    patient = people.patient()
    servers = cycle(two)
    plan = _plan(seed=23)
    expected = sum(size for writer in plan for size, commits, _ in writer if commits)
    listeners = [
        Listener(lambda who, **options: next(servers).stream(people, who, **options), patient, seed)
        for seed in range(CLIENTS)
    ]
    deadline = time.monotonic() + 90
    threads = [threading.Thread(target=one.listen, args=(expected, deadline)) for one in listeners]
    threads += [threading.Thread(target=_write, args=(patient, writer)) for writer in plan]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert positions(patient) == list(range(1, expected + 1))
    assert [(one.fault, one.heard) for one in listeners] == [(None, list(range(1, expected + 1)))] * CLIENTS


def test_what_one_process_does_is_heard_in_the_other_by_the_bell(two, people):
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
    assert client.next().event == "intake_progress"
    client.close()


def test_the_database_sees_the_pool_and_one_listener_per_process(two, people, database_url):
    headers = people.coordinator_headers()
    with httpx.Client(headers=headers, timeout=30) as client:
        threads = [
            threading.Thread(target=lambda url=server.url: [client.get(f"{url}/ready") for _ in range(20)])
            for server in two * 6
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with psycopg.connect(database_url) as asking:
        counted = dict(
            asking.execute(
                "SELECT application_name, count(*) FROM pg_stat_activity WHERE application_name LIKE 'wide-%%' "
                "AND datname = current_database() GROUP BY 1",
            ).fetchall()
        )
    assert counted["wide-listening"] == 2
    assert counted["wide-asking"] <= POOL


@pytest.mark.timeout(120)
def test_without_the_direct_address_the_poll_keeps_the_promise(pgbouncer, people):
    patient = people.patient()
    with ProcessServer(database=pgbouncer.url, SSE_POLL_SECONDS="0.5") as server:
        client = server.stream(people, patient, follow=True)
        client.connected()
        for number in range(1, 6):
            record(patient)
            assert client.next().position == number
        client.close()


@pytest.mark.timeout(120)
def test_a_pgbouncer_that_is_restarted_costs_a_moment(two, people, pgbouncer):
    patient = people.patient()
    client = two[0].stream(people, patient, follow=True)
    client.connected()
    pgbouncer.kill()
    record(patient)
    pgbouncer.start()
    assert client.next(20).position == 1
    wait_until(lambda: all(server.is_ready() for server in two), seconds=30)
    record(patient)
    assert client.next().position == 2
    client.close()
