"""Servers of the suite: one in a thread of this process, others in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import uvicorn

from bench.ports import free_port
from curaway import lifespan
from curaway.connections import BoundedConnection
from curaway.environment import Environment
from events.testing import StreamClient
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent


class ThreadServer:
    """uvicorn in a thread, so that a test and the server share settings and process.

    It has no relay and sweeps no answers: what tests of jobs and of late answers made stays as they made it.
    """

    def __init__(self, port: int) -> None:
        lifespan.relay_jobs = lifespan.sweep_answers = _rest
        self.url = f"http://127.0.0.1:{port}"
        config = uvicorn.Config(
            "curaway.asgi:application",
            http=BoundedConnection,
            host="127.0.0.1",
            port=port,
            access_log=False,
            log_config=None,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> ThreadServer:
        self._thread.start()
        wait_until(lambda: self._server.started, seconds=30)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(15)


async def _rest(*_: Environment) -> None:
    pass


class ProcessServer:
    """Plain `uvicorn` in a process of its own, with `environment` on top of the suite's."""

    def __init__(self, *arguments: str, database: str, port: int = 0, **environment: str) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "uvicorn", "curaway.asgi:application", "--host", "127.0.0.1"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), "--no-access-log", *arguments],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database, "PORT": str(self.port), **environment},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def __enter__(self) -> ProcessServer:
        wait_until(self.is_ready, seconds=60)
        return self

    def is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}")
        try:
            return httpx.get(f"{self.url}/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def stream(self, people: Any, patient: Any, **options: Any) -> StreamClient:
        return StreamClient(self.url, patient, people.patient_headers(patient), **options)

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    def resident_bytes(self) -> int:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
