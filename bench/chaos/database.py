"""The run's Postgres, and what can be done to it."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from curaway.local.postgres import EmbeddedPostgres, Lease

STARTED_WITHIN = 30.0


class Database:
    """One server, always at the same address."""

    name = "database"

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedPostgres(folder)
        self._files = folder / "postgres"
        self._lease: Lease | None = None
        self.url = ""

    def start(self) -> None:
        """Start it, or start it again where it was; raises when it comes up at another address."""
        gone, self._lease = self._lease, self._server.lease()
        if gone is not None:
            gone.release()
        if self.url and self._lease.url != self.url:
            raise RuntimeError("Postgres came back at another address")
        self.url = self._lease.url
        # Not always in our folder: Postgres's own account may not reach that.
        self._files = Path(self.ask("SHOW data_directory")[0][0])

    def stop(self) -> None:
        if self._lease is not None:
            self.resume()
            self._lease.release()

    def kill(self) -> None:
        """The postmaster, with kill -9; its sessions find out by themselves."""
        self._server.kill()

    def crash(self, draw: random.Random) -> None:
        """One session's process, with kill -9: Postgres then ends all others and recovers from its log."""
        sessions = self._sessions()
        if sessions:
            with suppress(ProcessLookupError):
                os.kill(draw.choice(sessions), signal.SIGKILL)

    def pause(self) -> None:
        for pid in self._processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        for pid in self._processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def end_listening(self) -> None:
        """Break every connection that hears NOTIFY."""
        self.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")

    def ask(self, statement: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The statement's rows; waits for a server that is just coming up."""
        deadline = time.monotonic() + STARTED_WITHIN
        while True:
            try:
                with psycopg.connect(self.url, autocommit=True, connect_timeout=5, application_name="chaos") as one:
                    return one.execute(statement, values).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _processes(self) -> list[int]:
        try:
            postmaster = int((self._files / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return []
        return [postmaster, *_children(postmaster)]

    def _sessions(self) -> list[int]:
        """Those that serve somebody, not the server's own workers."""
        found = []
        for pid in self._processes()[1:]:
            with suppress(OSError):
                if b"127.0.0.1(" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                after_name = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                if int(after_name[1]) == parent:
                    found.append(int(entry.name))
    return found
