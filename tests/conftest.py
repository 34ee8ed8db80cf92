"""The suite's ground: a real Postgres, a real server, fresh people.

Data is really committed and never cleared (the log refuses that), so every test uses people of its own.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench.ports import free_port
from curaway.local.database import lease_database
from tests.wide.needs import (  # noqa: F401  (pytest finds them here)
    pytest_collection_modifyitems,
    pytest_runtest_setup,
    pytest_terminal_summary,
)

os.environ["DEBUG"] = "on"
os.environ["DJANGO_SETTINGS_MODULE"] = "curaway.settings"
lease_database(os.environ)
DATA_DIR = tempfile.mkdtemp(prefix="curaway-tests-")
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
os.environ |= {
    "DATA_DIR": DATA_DIR,
    "PORT": str(free_port()),
    "RATE_LIMIT_WRITES": "0",
    "SSE_IDLE_SECONDS": "1",
    "SSE_POLL_SECONDS": "0.5",
    "SSE_MAX_STREAMS_PER_PATIENT": "1200",
    "LOG_LEVEL": "WARNING",
}
for name in ("PUBLIC_BASE_URL", "CLERK_JWT_KEY", "CLERK_JWKS_URL", "QSTASH_URL", "POSTHOG_API_KEY"):
    os.environ.pop(name, None)

import django  # noqa: E402

django.setup()

# Every statement of ours says whose rows it means.
pytest_plugins = ["tests.isolation.plugin"]

if TYPE_CHECKING:
    import httpx

    from events.testing import StreamClient
    from tests.people import People
    from tests.servers import ProcessServer, ThreadServer


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Each worker names the settings itself: found in its environment, they would be read before it has a port."""
    del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.fixture(scope="session")
def database(django_db_blocker: Any) -> Iterator[None]:
    """A migrated database of this run's own, with the tenants in it; commits are real."""
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        # Two runs at once must not meet.
        connections["default"].settings_dict["TEST"]["NAME"] = f"test_curaway_{os.getpid()}"
        made = setup_databases(verbosity=0, interactive=False)
        _make_tenants()
        yield
        _end_other_sessions()
        teardown_databases(made, verbosity=0)


def _end_other_sessions() -> None:
    # The server's worker threads keep their connections; they would hold up the database's end.
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _make_tenants() -> None:
    from patients.models import Tenant

    Tenant.objects.create(
        id="tenant-curaway-patients",
        name="Curaway",
        organization="org_tenant_curaway_patients",
        open_to_patients=True,
    )
    Tenant.objects.create(id="tenant-apollo-001", name="Apollo", organization="org_tenant_apollo_001")


@pytest.fixture(scope="session")
def server(database: None) -> Iterator[ThreadServer]:
    """The application under a real uvicorn, in a thread of this process."""
    from tests.servers import ThreadServer

    with ThreadServer(int(os.environ["PORT"])) as running:
        yield running


@pytest.fixture
def http(server: ThreadServer) -> Iterator[httpx.Client]:
    """A client of the server."""
    import httpx

    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture
def people(database: None) -> People:
    """Makes patients, and tokens for them and those who care for them."""
    from tests.people import People

    return People(Path(os.environ["DATA_DIR"]))


@pytest.fixture
def stream(server: ThreadServer, people: People) -> Iterator[Callable[..., StreamClient]]:
    """Opens streams: `stream(patient, after=…, follow=True, types=…, headers={…})`; closes them at the end."""
    from events.testing import StreamClient

    opened: list[StreamClient] = []

    def open_one(patient: Any, **options: Any) -> StreamClient:
        opened.append(StreamClient(server.url, patient, people.patient_headers(patient), **options))
        return opened[-1]

    yield open_one
    for client in opened:
        client.close()


@pytest.fixture
def database_url(database: None) -> str:
    """The address of the test database, for processes."""
    from django.db import connection

    of = connection.settings_dict
    return f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


def put_off_jobs() -> None:
    """Jobs that other tests left are not due: a server with a relay would take each of them up, before its own."""
    from django.db.models.functions import Now

    from events.models import Job, JobStatus

    Job.objects.filter(status=JobStatus.WAITING).update(due_at=Now() + timedelta(days=1))


@pytest.fixture
def process_server(database_url: str) -> Callable[..., ProcessServer]:
    """Makes a server in a process of its own: `with process_server(SSE_MAX_STREAMS="2") as server`."""
    from tests.servers import ProcessServer

    put_off_jobs()

    def make(*arguments: str, **environment: str) -> ProcessServer:
        return ProcessServer(*arguments, database=environment.pop("DATABASE_URL", database_url), **environment)

    return make
