"""The whole system in processes of its own, under one folder: what a run starts, harms, heals and ends."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx

from bench.chaos.bell import Bell, Notify, Redis
from bench.chaos.child import Child
from bench.chaos.clock import Clock
from bench.chaos.database import Database
from bench.children import PYTHON, ROOT
from curaway.local.port import free_port

APPLICATION = "curaway.asgi:application"
"""What the web workers serve; the checker's test puts one with faults in its place."""

READY_WITHIN = 60.0
HEARTBEAT_SECONDS, LIFETIME_SECONDS = 5, 60
"""Shorter than in production, so that a run of minutes sees streams end by themselves too."""

VENDORS = (
    "CLERK_JWT_KEY CLERK_JWKS_URL FLAGSMITH_ENVIRONMENT_KEY POSTHOG_API_KEY ANTHROPIC_API_KEY EMAIL_HOST_USER "
    "EMAIL_HOST_PASSWORD S3_ENDPOINT_URL S3_BUCKET S3_ACCESS_KEY_ID S3_SECRET_ACCESS_KEY S3_REGION QSTASH_SIGNING_KEY "
    "DATABASE_DIRECT_URL"
).split()
"""Left empty whatever `.env` says: a run talks to nobody else."""


class World:
    """Postgres, the queue, the wake-up, mail, the wire, and web workers; `first_port` 0: whichever are free."""

    def __init__(self, folder: Path, *, seed: str, workers: int, redis: bool, first_port: int = 0) -> None:
        self.folder = folder
        self.notes = folder / "notes"
        self.data_dir = folder / "data"
        for one in (self.notes, self.data_dir):
            one.mkdir(parents=True)
        self._first_port, self._ports = first_port, set[int]()
        self.database = Database(self.data_dir)
        clients, callbacks, queue, mail = (self._port(name) for name in ("clients", "callbacks", "queue", "mail"))
        self.web_ports = {f"web{number}": self._port(f"web{number}") for number in range(1, workers + 1)}
        self.url = f"http://127.0.0.1:{clients}"
        self.environ = self._settings(callbacks=callbacks, queue=queue, mail=mail)
        self.bell: Bell = Redis(self._port("redis"), log=self._log("redis")) if redis else Notify(self.database)
        self.environ["EVENTS_WAKEUP_URL"] = self.bell.url
        self.clocks = {name: Clock(folder, name) for name in (*self.web_ports, "queue")}
        ports = ",".join(map(str, (clients, callbacks, *self.web_ports.values())))
        self.wire = self._child("wire", "bench.chaos.wire", ports, str(self.notes / "wire.jsonl"), seed, told=True)
        self.mail = self._child("mail", "bench.chaos.mailbox", str(mail), str(self.notes / "mail.jsonl"))
        self.queue = self._child(
            "queue", "curaway.local.qstash", "--port", str(queue), "--data-dir", str(self.data_dir), clock=True
        )
        self.web = {name: self._server(name, port) for name, port in self.web_ports.items()}

    def open(self) -> None:
        """Start everything, on an empty database with the demo's tenants."""
        self.database.start()
        self.environ["DATABASE_URL"] = self.database.url
        self.manage("migrate", "--no-input")
        self.manage("seed_demo")
        for part in (self.bell, self.mail, self.queue, self.wire, *self.web.values()):
            part.start()
        self.await_ready()

    def close(self) -> None:
        """End everything."""
        for part in (*self.web.values(), self.wire, self.queue, self.mail, self.bell):
            part.stop()
        self.database.stop()

    def await_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        for name, port in self.web_ports.items():
            while not _is_ready(port):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{name} is not ready; see {self._log(name)}")
                time.sleep(0.2)

    def process(self, name: str, module: str, *arguments: str) -> Child:
        """Another process of the run, with the system's settings."""
        return self._child(name, module, *arguments)

    def children(self) -> Iterator[Child | Bell]:
        """Everything that has to be running unless somebody has ended it."""
        yield from (self.wire, self.mail, self.queue, self.bell, *self.web.values())

    def managed(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What `manage.py` came to, as a program."""
        return subprocess.run(
            [str(PYTHON), "manage.py", *arguments],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", **self.environ},
            capture_output=True,
            text=True,
        )

    def manage(self, *arguments: str) -> None:
        """The same; raises when it fails."""
        finished = self.managed(*arguments)
        if finished.returncode != 0:
            raise RuntimeError(f"manage.py {arguments[0]} failed: {finished.stderr.strip()[-800:]}")

    def forget(self) -> None:
        """Remove the run's folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _settings(self, *, callbacks: int, queue: int, mail: int) -> dict[str, str]:
        return {
            **dict.fromkeys(VENDORS, ""),
            "DEBUG": "on",
            "LOG_LEVEL": "INFO",
            "DATA_DIR": str(self.data_dir),
            "PUBLIC_BASE_URL": f"http://127.0.0.1:{callbacks}",
            "QSTASH_URL": f"http://127.0.0.1:{queue}",
            "QSTASH_TOKEN": f"chaos_{secrets.token_hex(8)}",
            "QSTASH_CURRENT_SIGNING_KEY": f"sig_{secrets.token_hex(16)}",
            "QSTASH_NEXT_SIGNING_KEY": f"sig_{secrets.token_hex(16)}",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mail),
            "EMAIL_USE_TLS": "off",
            "RATE_LIMIT_WRITES": "0",
            "SSE_HEARTBEAT_SECONDS": str(HEARTBEAT_SECONDS),
            "SSE_LIFETIME_SECONDS": str(LIFETIME_SECONDS),
            "PYTHONUNBUFFERED": "1",
        }

    def _server(self, name: str, port: int) -> Child:
        asgi = (APPLICATION, "--host", "127.0.0.1", "--port", str(port), "--no-access-log")
        return self._child(name, "uvicorn", *asgi, "--timeout-graceful-shutdown", "8", clock=True, PORT=str(port))

    def _child(
        self, name: str, module: str, *arguments: str, clock: bool = False, told: bool = False, **environ: str
    ) -> Child:
        own = {**environ, **(self.clocks[name].environ if clock else {})}
        # The shared settings as they are at its start: the database's address comes later than its description.
        return Child(
            name,
            ["-m", module, *arguments],
            log=self._log(name),
            environ=lambda: {**self.environ, **own},
            told=told,
        )

    def _port(self, purpose: str) -> int:
        port = self._first_port + len(self._ports) if self._first_port else self._free_port(purpose)
        self._ports.add(port)
        return port

    def _free_port(self, purpose: str) -> int:
        attempts = (free_port(self.folder, f"{purpose} {number}") for number in count())
        # Nobody listens yet, so two purposes could be given the same one.
        return next(port for port in attempts if port not in self._ports)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/ready", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
