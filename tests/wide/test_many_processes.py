"""Streams and writers spread over several processes: everybody hears everything, once, in order."""

from __future__ import annotations

import asyncio
import random
import shlex
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from events.testing import StreamClient
from patients.models import Patient
from tests.curaway.scraped import value
from tests.facts import positions
from tests.people import People
from tests.servers import ProcessServer
from tests.waiting import wait_until
from tests.wide.conftest import UNHEARD, client_of, connections_to, record_elsewhere
from tests.wide.following import follow
from tests.wide.proxies import DEPLOY

PATIENTS, STREAMS, EVENTS = 8, 40, 15
"""Streams are opened in turn for each patient; so much is written about each patient."""


@pytest.fixture
def many(people: People) -> list[tuple[Patient, dict[str, str]]]:
    """Patients with their headers."""
    made = [people.patient() for _ in range(PATIENTS)]
    return [(patient, people.patient_headers(patient)) for patient in made]


async def write(client: httpx.AsyncClient, patient: Patient, headers: dict[str, str], draw: random.Random) -> None:
    """The patient's events: some by this process, some by requests to whichever process is next."""
    for number in range(EVENTS):
        await asyncio.sleep(draw.random() / 50)
        if number % 3:
            await record_elsewhere(patient)
            continue
        body = {"patient_id": patient.id, "purpose": "analytics", "granted": bool(number % 2), "policy_version": "1"}
        answer = await client.post("/api/v1/consent", json=body, headers=headers)
        assert answer.status_code == 201


@pytest.mark.timeout(180)
async def test_behind_a_proxy_every_stream_hears_everything(proxy, version, four, many):
    draw = random.Random(5)
    async with client_of(proxy, version) as client, AsyncExitStack() as stack:
        opened = [
            (number % PATIENTS, await stack.enter_async_context(follow(client, *many[number % PATIENTS])))
            for number in range(STREAMS)
        ]
        spread = [connections_to(server) for server in four]
        assert all(connections >= STREAMS // 8 for connections in spread), spread
        await asyncio.gather(*(write(client, patient, headers, draw) for patient, headers in many))
        recorded = [await asyncio.to_thread(positions, patient) for patient, _ in many]
        assert all(found == list(range(1, len(found) + 1)) and len(found) >= EVENTS / 2 for found in recorded)
        for number, stream in opened:
            assert await stream.positions(len(recorded[number])) == recorded[number]
            assert stream.left() == b""


def unit(name: str) -> list[str]:
    """What a line of the systemd unit in docs/deploy says, as words."""
    lines = (DEPLOY / "curaway.service").read_text().splitlines()
    (found,) = [line.removeprefix(f"{name}=") for line in lines if line.startswith(f"{name}=")]
    return shlex.split(found)


@pytest.fixture(scope="module")
def workers(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessServer]:
    """The `uvicorn --workers 4` of the systemd unit; on this machine its workers may start slowly."""
    program, app, *arguments = unit("ExecStart")
    assert (Path(program).name, app) == ("uvicorn", "curaway.asgi:application")
    arguments[arguments.index("--timeout-worker-healthcheck") + 1] = "90"
    for where in ("--host", "--port"):
        del arguments[arguments.index(where) : arguments.index(where) + 2]
    given = dict(word.split("=", 1) for word in unit("Environment"))
    # systemd makes it empty for each start.
    assert given["PROMETHEUS_MULTIPROC_DIR"] == f"/run/{unit('RuntimeDirectory')[0]}"
    figures = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path_factory.mktemp("run"))}
    with ProcessServer(*arguments, database=module_database_url, SSE_POLL_SECONDS=UNHEARD, **figures) as server:
        wait_until(lambda: sum(hears(process) for process in children(server)) == 4, seconds=60)
        yield server


def children(server: ProcessServer) -> list[psutil.Process]:
    return [child for child in psutil.Process(server.pid).children() if is_worker(child)]


def is_worker(process: psutil.Process) -> bool:
    """Whether it runs the application; one that has ended does not, though its parent may not have noticed yet."""
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def hears(process: psutil.Process) -> bool:
    """Whether it has begun to listen for wake-ups: it has a connection of its own to the database."""
    return any(one.status == "ESTABLISHED" for one in process.net_connections("tcp"))


def streams_of(process: psutil.Process, port: int) -> int:
    connections = process.net_connections("tcp")
    return sum(one.status == "ESTABLISHED" and one.laddr.port == port for one in connections)


def open_in_every_worker(server: ProcessServer, people: People, patient: Patient) -> list[StreamClient]:
    """Streams until each worker has some: which worker takes a connection is the kernel's to say."""
    opened: list[StreamClient] = []
    while not all(streams_of(child, server.port) for child in children(server)):
        assert len(opened) < 400, "a worker takes no connections"
        for _ in range(10):
            opened.append(server.stream(people, patient, follow=True))
            opened[-1].connected()
    return opened


@pytest.mark.timeout(180)
def test_with_four_workers_every_stream_hears_everything(workers, people):
    patient = people.patient()
    clients = open_in_every_worker(workers, people, patient)
    with httpx.Client(base_url=workers.url) as http:
        assert value(http, "curaway_streams_open") == len(clients)

    async def write_all() -> None:
        async with httpx.AsyncClient(base_url=workers.url, timeout=30) as client:
            headers = people.patient_headers(patient)
            await write(client, patient, headers, random.Random(3))

    asyncio.run(write_all())
    recorded = positions(patient)
    assert recorded == list(range(1, len(recorded) + 1))
    assert [[frame.position for frame in client.take(len(recorded))] for client in clients] == [recorded] * len(clients)
    for client in clients:
        client.close()


@pytest.mark.timeout(240)
def test_a_reload_replaces_one_worker_after_another_and_nothing_is_lost(workers, people):
    patient = people.patient()
    before = {child.pid for child in children(workers)}
    clients = open_in_every_worker(workers, people, patient)
    assert unit("ExecReload") == ["/bin/kill", "-HUP", "$MAINPID"]
    workers.process.send_signal(signal.SIGHUP)
    heard: dict[StreamClient, list[int]] = {client: [] for client in clients}
    ends = []
    for number, client in enumerate(clients):
        if number < 3:
            asyncio.run(record_elsewhere(patient))
        frames, done = client.until_done(seconds=120)
        heard[client] = [frame.position for frame in frames]
        ends.append((done["reason"], done["reconnect"]))
        assert done["position"] == len(frames)
    assert set(ends) == {("draining", True)}
    # The last of the old ones may still take a connection, and refuses its stream.
    wait_until(lambda: not before & {child.pid for child in children(workers)}, seconds=60)
    for client in clients:
        again = workers.stream(people, patient, last_event_id=len(heard[client]))
        facts: dict[str, Any] = again.connected(seconds=30)
        heard[client] += [frame.position for frame in again.take(facts["head"] - facts["position"])]
        again.close()
    assert list(heard.values()) == [[1, 2, 3]] * len(clients)
    assert len(children(workers)) == 4


@pytest.mark.timeout(120)
def test_told_to_stop_all_workers_tell_their_streams_and_leave(workers, people):
    # The last test of these workers. As KillMode=mixed does it: the parent alone is told.
    assert unit("KillMode") == ["mixed"]
    patient = people.patient()
    clients = open_in_every_worker(workers, people, patient)
    gone = children(workers)
    workers.terminate()
    assert {client.until_done(seconds=20)[1]["reason"] for client in clients} == {"draining"}
    assert workers.process.wait(20) in (0, -signal.SIGTERM)
    assert not [process for process in gone if process.is_running()]
