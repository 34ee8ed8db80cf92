"""A program of the system under test: started, killed, frozen and thawed by a test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.ports import free_port
from tests.waiting import wait_until
from tests.wide.needs import program


class Daemon:
    """One program on a port of its own, with a folder for its files; gone at the end, with what it started."""

    name: str

    def __init__(self) -> None:
        self.port = free_port()
        self._folder = tempfile.TemporaryDirectory(prefix=f"curaway-{self.name}-")
        self.folder = Path(self._folder.name)
        self.folder.chmod(0o755)
        self.process: subprocess.Popen[bytes] | None = None

    def arguments(self) -> Sequence[str]:
        """What comes after the program's name."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """What it is told by the environment, besides what we are."""
        return {}

    def account(self) -> str | None:
        """The user to run it as; None: ours."""
        return None

    def start(self) -> Self:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [program(self.name), *self.arguments()],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self.account(),
                env={**os.environ, **self.environment()},
            )
        wait_until(self.answers, seconds=20)
        return self

    @property
    def log(self) -> Path:
        return self.folder / "said.log"

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"{self.name} ended:\n{self.log.read_text()}"
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """End it as a crash would."""
        self._signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait(10)

    def freeze(self) -> None:
        """Let it hang: its port still takes connections, and nobody answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, number)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self._folder.cleanup()
