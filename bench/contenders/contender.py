"""What the bench asks of every contender."""

from __future__ import annotations

import os
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from bench.children import PYTHON, ProgramDied, end, last_words, spawn
from bench.database import Cluster
from bench.usage import family, listens

HOST = "127.0.0.1"
READY_SECONDS = 60.0
PREPARE_SECONDS = 180.0


class Absent(RuntimeError):
    """What the contender needs is not installed here; the text says how to install it."""


def patient_id(number: int) -> str:
    """The bench's patients are numbered from 0; every contender knows them by the same ids."""
    return f"pat-{number:05d}"


class Contender:
    """A server process with its own database. Subclasses say what differs."""

    name: ClassVar[str]
    about: ClassVar[str]
    """One line for the table's legend: what it is, and what it lacks beside the others."""

    python: ClassVar[Path] = PYTHON
    ids: ClassVar[str] = "opaque"
    """"positions" when they count each patient's events without holes."""

    resumes: ClassVar[bool] = True
    """False when a client can't say where it wants to go on."""

    polls_every: ClassVar[float] = 0.0
    """Seconds between a stream's own questions to the database; 0 when it is told."""

    flood_at_most: ClassVar[int] = 1000
    """Events per stream in a flood; less where writing them, or waiting for the next poll, takes long."""

    published_singly: ClassVar[bool] = False
    """True when a flood's events are published one after the other: its figure is then the publisher's."""

    parts: ClassVar[frozenset[str]] = frozenset()
    """Of the run; empty: in all that are for everybody."""

    def __init__(self, cluster: Cluster, folder: Path, port: int) -> None:
        self.cluster, self.folder, self.port = cluster, folder, port
        self.database = f"bench_{self.name.replace('-', '_')}"
        """Empty for a contender without one."""
        self.log = folder / f"{self.name}.log"
        self._process = None

    # Before

    def prepare(self, patients: int) -> None:
        """Make its database with so many patients in it; raises `Absent`."""
        raise NotImplementedError

    @property
    def dsn(self) -> str:
        return self.cluster.url(self.database)

    # Life

    def command(self) -> Sequence[str | Path]:
        return self.uvicorn(f"bench.contenders.{self.name.replace('-', '_')}:application", "--factory")

    def uvicorn(self, *arguments: str) -> Sequence[str | Path]:
        """The same server and options for all who run under it."""
        same = ("--no-access-log", "--log-level", "warning", "--backlog", "4096", "--timeout-graceful-shutdown", "3")
        # Writers and the bench keep their connections.
        same += ("--timeout-keep-alive", "1200")
        return (self.python, "-m", "uvicorn", *arguments, "--host", HOST, "--port", str(self.port), *same)

    def environment(self) -> Mapping[str, str]:
        return {"DATABASE_URL": self.dsn}

    def start(self) -> None:
        """Start the server and wait until it answers; raises `ProgramDied` with its last words."""
        self.log.write_bytes(b"")
        self._process = spawn(self.command(), log=self.log, environ=self.environment())
        deadline = time.monotonic() + READY_SECONDS
        # Whoever answers on the port could be another.
        while not (listens(self.pids(), self.port) and self._answers()):
            if ended := self.ended():
                raise ProgramDied(ended)
            if time.monotonic() > deadline:
                raise ProgramDied(last_words(self.log))
            time.sleep(0.05)

    def versions(self) -> Mapping[str, str]:
        """Of what it needs besides pinned packages."""
        return {}

    def stop(self) -> None:
        if self._process is not None:
            end(self._process, within=6)
            self._process = None

    def ended(self) -> str:
        """How its server ended; empty while it runs, or was not started."""
        code = None if self._process is None else self._process.poll()
        return "" if code is None else f"its server ended with {code}: {last_words(self.log)}"

    def pids(self) -> list[int]:
        """Its processes, the server's children included."""
        return [] if self._process is None else family(self._process.pid)

    def connections(self) -> int:
        """How many connections its processes hold to its database."""
        return self.cluster.connections(self.database) if self.database else 0

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://{HOST}:{self.port}{self.probe()}", timeout=5).close()
        except urllib.error.HTTPError as refused:
            return refused.code in (404, 405)
        except OSError:
            return False
        return True

    def probe(self) -> str:
        """A path that answers at once when the server is ready; a 404 will do."""
        return "/nothing-here"

    # Streams

    def request(self, patient: int, *, after: str | None = None) -> str:
        """The HTTP request that opens the patient's stream, from the position `after` on, or from now."""
        lines = [f"GET {self.path(patient)} HTTP/1.1", f"Host: {HOST}:{self.port}", "Accept: text/event-stream"]
        lines += [f"{name}: {value}" for name, value in self.headers(patient).items()]
        if after is not None:
            lines.append(f"Last-Event-ID: {self.last_event_id(patient, after)}")
        return "\r\n".join([*lines, "", ""])

    def path(self, patient: int) -> str:
        return f"/patients/{patient_id(patient)}/stream"

    def headers(self, patient: int) -> Mapping[str, str]:
        return {}

    def last_event_id(self, patient: int, position: str) -> str:
        """What the contender calls the patient's event at this position."""
        return position

    def begin_streams(self, *, patients: int, first_nonce: int) -> None:
        """Whatever it takes before somebody can resume: with most contenders nothing."""

    def positions(self, patients: int) -> list[str]:
        """Where the first `patients` streams stand now; what is added later is missed by who resumes from here."""
        raise NotImplementedError

    # Events by the thousand, written as plain SQL: what is measured then is the server, not the writer

    def add_events(self, *, patients: int, each: int, first_nonce: int) -> None:
        """Write `each` events for every one of the first `patients`, and commit; nobody is told."""
        raise NotImplementedError

    def tell(self, *, patients: int) -> None:
        """Tell the server that the first `patients` have grown, as this contender's writers do."""

    def flood(self, *, patients: int, first_nonce: int) -> float:
        """An event for every one of the first `patients`, all at once; returns the monotonic time at which the server
        could begin to hear of them."""
        self.add_events(patients=patients, each=1, first_nonce=first_nonce)
        began = time.monotonic()
        self.tell(patients=patients)
        return began

    def add_history(self, *, patient: int, rows: int) -> None:
        """Give the patient a long past."""
        raise NotImplementedError

    def writer_environment(self) -> Mapping[str, str]:
        return {**self.environment(), "BENCH_PORT": str(self.port), "PYTHONPATH": os.fspath(Path.cwd())}
