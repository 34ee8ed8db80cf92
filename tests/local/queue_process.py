"""The local queue as a process of its own, and a receiver that verifies what it delivers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from qstash import QStash, Receiver

from tests.http_double import Answer, HttpDouble, Request

ROOT = Path(__file__).resolve().parents[2]
TOKEN, CURRENT, NEXT = "local-token", "sig_current_0123456789abcdefghij", "sig_next_0123456789abcdefghijklm"
SECRET = "Maria has a torn meniscus"


class Hospital(HttpDouble):
    """Receives callbacks, verifies each with the vendor's receiver, and answers what it is told to."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.answers: list[Answer] = []
        self.at: list[float] = []
        self.busy = self.most_at_once = 0
        self.open = threading.Event()
        self.open.set()

    def answer(self, request: Request) -> Answer:
        Receiver(CURRENT, NEXT).verify(
            signature=request.headers["upstash-signature"],
            body=request.body.decode(),
            url=self.url + request.path,
        )
        self.at.append(time.monotonic())
        self.busy += 1
        self.most_at_once = max(self.most_at_once, self.busy)
        self.open.wait(10)
        self.busy -= 1
        return self.answers.pop(0) if self.answers else Answer()


class Queue:
    """The process under test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.sdk = QStash(TOKEN, retry=False, base_url=self.url)

    def start(self) -> None:
        keys = {
            "QSTASH_TOKEN": TOKEN,
            "QSTASH_CURRENT_SIGNING_KEY": CURRENT,
            "QSTASH_NEXT_SIGNING_KEY": NEXT,
        }
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), cwd=ROOT, env={**os.environ, **keys}, stdout=log, stderr=log
            )
        eventually(self._is_up)

    def command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "curaway.local.qstash"),
            *("--port", str(self.port), "--data-dir", str(self.folder)),
        ]

    def end(self, how: int = signal.SIGTERM) -> float:
        """Seconds it took to end."""
        started = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(10)
        return time.monotonic() - started

    def publish(self, url: str, **more: Any) -> str:
        return self.sdk.message.publish_json(url=url, body={"text": SECRET}, **more).message_id

    def state(self, message_id: str) -> dict[str, Any]:
        path = f"{self.url}/v2/messages/{message_id}"
        return httpx.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).json()

    def _is_up(self) -> bool:
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            return httpx.get(f"{self.url}/health").status_code == 200
        except httpx.TransportError:
            return False


def eventually(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)
