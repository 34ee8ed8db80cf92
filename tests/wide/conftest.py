"""Four processes on one database, and proxies in front of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from django.db import connection

from patients.models import Patient
from tests.conftest import put_off_jobs
from tests.facts import record
from tests.local.queue_process import Queue
from tests.people import People
from tests.servers import ProcessServer
from tests.wide.certificate import Certificate
from tests.wide.proxies import NAME, Caddy, Nginx, Proxy

UNHEARD = "30"
"""Seconds between polls: whatever is heard within a test was heard by the bell."""

PROXIES = [pytest.param(kind, marks=pytest.mark.needs(kind.name), id=kind.name) for kind in (Nginx, Caddy)]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def module_database_url(database: None) -> str:
    """The address of the test database, for processes that live as long as a module."""
    put_off_jobs()
    of = connection.settings_dict
    return f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queue]:
    """The local queue, which knows its keys."""
    made = Queue(tmp_path_factory.mktemp("queue"))
    made.start()
    yield made
    made.end()


@pytest.fixture(scope="module")
def four(module_database_url: str) -> Iterator[list[ProcessServer]]:
    """Four separately started processes."""
    with ExitStack() as stack:
        # All at once: each takes seconds to start.
        made = [
            ProcessServer(
                database=module_database_url,
                SSE_POLL_SECONDS=UNHEARD,
                SSE_HEARTBEAT_SECONDS="1",
                ALLOWED_HOSTS=f"localhost,127.0.0.1,{NAME}",
            )
            for _ in range(4)
        ]
        yield [stack.enter_context(server) for server in made]


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request: pytest.FixtureRequest, four: list[ProcessServer], certificate: Certificate) -> Iterator[Proxy]:
    """Each proxy of docs/deploy, in front of the four."""
    with request.param([server.url for server in four], certificate) as running:
        yield running


@pytest.fixture(scope="module", params=PROXIES)
def narrow(request: pytest.FixtureRequest, module_database_url: str, certificate: Certificate) -> Iterator[Proxy]:
    """Each proxy in front of one process that has room for one stream per patient."""
    with (
        ProcessServer(
            database=module_database_url,
            SSE_MAX_STREAMS_PER_PATIENT="1",
            ALLOWED_HOSTS=f"localhost,127.0.0.1,{NAME}",
        ) as server,
        request.param([server.url], certificate) as running,
    ):
        yield running


@pytest.fixture(params=["HTTP/1.1", "HTTP/2"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def patient(people: People) -> Patient:
    """Somebody of the test's own; made here, as nothing in an event loop may ask the database."""
    return people.patient()


@pytest.fixture
def headers(people: People, patient: Patient) -> dict[str, str]:
    """The patient's."""
    return people.patient_headers(patient)


async def record_elsewhere(patient: Patient) -> None:
    """One streamed fact, committed by a thread."""
    await asyncio.to_thread(_record, patient)


def _record(patient: Patient) -> None:
    try:
        record(patient)
    finally:
        connection.close()


def client_of(proxy: Proxy, version: str) -> httpx.AsyncClient:
    """A client that speaks this version and no other."""
    return httpx.AsyncClient(
        base_url=proxy.url,
        verify=proxy.certificate.trusted(),
        http1=version == "HTTP/1.1",
        http2=version == "HTTP/2",
        timeout=30,
        limits=httpx.Limits(max_connections=200),
    )


def connections_to(server: ProcessServer, path: Path = Path("/proc/net/tcp")) -> int:
    """How many connections are open to the process's port, as its kernel counts them."""
    wanted = f":{server.port:04X}"
    lines = [line.split() for line in path.read_text().splitlines()[1:]]
    return sum(1 for line in lines if line[1].endswith(wanted) and line[3] == "01")
