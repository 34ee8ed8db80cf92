"""Documents made to do harm: each is refused or read within bounds of memory and time, and nobody else notices."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
import pytest

from bench.ports import free_port
from patients.documents.confinement import MEMORY_BYTES
from patients.documents.kinds import PDF
from patients.documents.leafing import PAGE_SECONDS
from patients.models import Document
from tests.conftest import put_off_jobs
from tests.hostile.cases import DEADLY, READ, REFUSED, UNREADABLE
from tests.hostile.counted import Counted
from tests.hostile.deflated import MEGABYTE
from tests.hostile.pdfs import WORDS
from tests.hostile.watching import Watch
from tests.patients.uploads import Uploader
from tests.people import People
from tests.servers import ProcessServer
from tests.webhooks.callbacks import CURRENT, Callbacks
from tests.webhooks.documents import job_of

SERVER_MEGABYTES = 64
"""What the server itself may grow by over one upload of up to 20 MB."""
SHARED_MEGABYTES = 256
"""Of a reader's resident memory, what is not its own: programs and models that it maps."""
OTHERS_SECONDS = 2.0


@pytest.fixture(scope="module")
def reading_server(database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessServer]:
    """A server in a process of its own that takes uploads, and callbacks that the tests sign."""
    from django.db import connection

    put_off_jobs()
    of = connection.settings_dict
    port = free_port()
    server = ProcessServer(
        database=f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}",
        port=port,
        PUBLIC_BASE_URL=f"http://127.0.0.1:{port}",
        QSTASH_CURRENT_SIGNING_KEY=CURRENT,
        # Nobody is there: documents are read when the test says so, and by nobody else.
        QSTASH_URL="http://127.0.0.1:9",
        QSTASH_TOKEN="t",
        # A place at the reader's desk of its own: others on this machine look at pictures, too.
        TMPDIR=str(tmp_path_factory.mktemp("reading")),
    )
    with server:
        yield server


class Patients:
    """Somebody who uploads, and somebody else who asks for their own summary all the time."""

    def __init__(self, server: ProcessServer, people: People) -> None:
        self._server = server
        patient, self._other = people.patient(), people.patient()
        self._headers = people.patient_headers(self._other)
        self.http = httpx.Client(base_url=server.url, timeout=120)
        self.uploader = Uploader(self.http, people.patient_headers(patient), patient.id)

    def upload(self, content: bytes, content_type: str) -> httpx.Response:
        """The answer to its confirmation."""
        name = f"report.{content_type.rpartition('/')[2]}"
        self.target = self.uploader.target(filename=name, content_type=content_type, size=len(content))
        assert self.uploader.put(self.target, content).status_code == 200
        return self.uploader.confirm(self.target)

    def read(self) -> tuple[httpx.Response, Document]:
        """The answer to the callback that has the document read, and the document."""
        document = Document.objects.get(id=self.target["document_id"])
        answer = Callbacks(self._server.url).send("document-parse", job_of(document).message(), timeout=200)
        document.refresh_from_db()
        return answer, document

    @contextmanager
    def others_asking(self) -> Iterator[list[float]]:
        """How long each answer to somebody else took, in seconds."""
        took: list[float] = []
        done = threading.Event()
        asking = threading.Thread(target=self._ask, args=(took, done), daemon=True)
        asking.start()
        yield took
        done.set()
        asking.join()

    def _ask(self, took: list[float], done: threading.Event) -> None:
        with httpx.Client(base_url=self._server.url, headers=self._headers, timeout=30) as client:
            while not done.is_set():
                began = time.monotonic()
                answer = client.get(f"/api/v1/patients/{self._other.id}/summary")
                took.append(time.monotonic() - began if answer.status_code == 200 else 1e9)
                done.wait(0.05)


@pytest.fixture
def patients(reading_server: ProcessServer, people: People) -> Patients:
    return Patients(reading_server, people)


def bounded(watch: Watch, took: list[float]) -> dict[str, Any]:
    assert watch.reader > 0, "no reader was seen, so nothing is known of its memory"
    assert watch.grown < SERVER_MEGABYTES * MEGABYTE
    assert watch.reader < MEMORY_BYTES + SHARED_MEGABYTES * MEGABYTE
    assert watch.seconds < PAGE_SECONDS
    assert max(took) < OTHERS_SECONDS
    return {
        "seconds": f"{watch.seconds:.1f}",
        "reader_megabytes": watch.reader // MEGABYTE,
        "server_grew_megabytes": watch.grown // MEGABYTE,
        "slowest_of_others": f"{max(took):.2f} s",
    }


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_fails_within_bounds_and_says_why(
    patients: Patients, reading_server: ProcessServer, counted: Counted, name: str
) -> None:
    make, content_type, why = UNREADABLE[name]
    with Watch(reading_server.pid) as watch, patients.others_asking() as took:
        assert patients.upload(make(), content_type).status_code == 202
        answer, document = patients.read()
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (489, "CALLBACK_UNREADABLE_001")
    assert (document.status, document.retryable, why in document.reason) == ("failed", False, True)
    counted(f"upload: {name}", **bounded(watch, took))
    assert reading_server.process.poll() is None


@pytest.mark.parametrize("name", DEADLY)
def test_what_kills_the_reader_kills_nothing_else(
    patients: Patients, reading_server: ProcessServer, counted: Counted, name: str
) -> None:
    with Watch(reading_server.pid) as watch, patients.others_asking() as took:
        assert patients.upload(DEADLY[name](), PDF).status_code == 202
        answer, document = patients.read()
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "CALLBACK_NOT_NOW_001")
    assert (answer.headers["Retry-After"], document.claim, document.pages) == ("5", None, None)
    counted(f"upload: {name}", **bounded(watch, took))
    assert reading_server.process.poll() is None
    assert not any(psutil.pid_exists(pid) for pid in watch.readers)


@pytest.mark.parametrize("name", READ)
def test_what_can_be_read_is_read_and_nothing_else(
    patients: Patients, reading_server: ProcessServer, counted: Counted, name: str
) -> None:
    with Watch(reading_server.pid) as watch, patients.others_asking() as took:
        assert patients.upload(READ[name](), PDF).status_code == 202
        answer, document = patients.read()
    assert (answer.status_code, document.status) == (200, "parsed"), answer.text
    assert [page["text"] for page in document.pages] == [WORDS.decode()]
    counted(f"upload: {name}", **bounded(watch, took))


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_another_thing_than_it_says_is_refused(patients: Patients, name: str) -> None:
    make, content_type = REFUSED[name]
    answer = patients.upload(make(), content_type)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "UPLOAD_CONTENT_TYPE_001")
