"""The wake-up as something that can be killed: Redis where it is installed, else the listening connections."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

from bench.chaos.child import Child
from bench.chaos.database import Database


class Bell(Protocol):
    """What carries wake-ups."""

    about: str
    url: str
    """For EVENTS_WAKEUP_URL."""
    pauses: bool

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def ended_by_itself(self) -> str: ...


class Redis(Child):
    """A real redis-server that keeps nothing."""

    about = "Redis"
    pauses = True

    def __init__(self, port: int, *, log: Path) -> None:
        program = shutil.which("redis-server") or "redis-server"
        arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        super().__init__("wakeup", [program, *arguments], log=log)
        self.url = f"redis://127.0.0.1:{port}/0"


class Notify:
    """Postgres's NOTIFY, which has no process: killing it breaks every connection that listens."""

    about = "NOTIFY"
    url = ""
    pauses = False

    def __init__(self, database: Database) -> None:
        self._database = database

    def kill(self) -> None:
        self._database.end_listening()

    def start(self) -> None:
        """The listeners come back by themselves."""

    def stop(self) -> None:
        """Nothing runs."""

    def pause(self) -> None:
        raise NotImplementedError("no plan pauses it")

    def resume(self) -> None:
        """Nothing was paused."""

    def ended_by_itself(self) -> str:
        return ""


def redis_is_installed() -> bool:
    return shutil.which("redis-server") is not None
