"""Starts everything in order, looks after it, and ends it in the opposite order."""

import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack
from types import FrameType
from typing import Final

from curaway.local.command import Command
from curaway.local.errors import CommandFailed, PortTaken, ProgramSilent
from curaway.local.given import data_folder, given_settings
from curaway.local.port import is_free
from curaway.local.postgres import EmbeddedPostgres, Lease
from curaway.local.program import Program
from curaway.local.queue import LocalQueue
from curaway.local.settings import children_environment, port_of
from curaway.local.welcome import MARIA, welcome

_LOOK_SECONDS: Final = 0.2
_READY_SECONDS: Final = 60.0


class Stopped(Exception):
    """Somebody pressed Ctrl-C, or sent SIGTERM."""


class Supervisor:
    """Postgres, the queue and the server of one data folder on one port."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._given = given_settings(environ)
        self._port = port_of(self._given)
        self._data_dir = data_folder(environ)
        self._environ: dict[str, str] = {}
        self._postgres: EmbeddedPostgres | None = None
        self._lease: Lease | None = None
        self._queue: LocalQueue | None = None
        self._web: Program | None = None
        self._told_to_stop = False

    def run(self) -> None:
        """Serve until told to stop; raises `Stopped` then, or the `LocalError` that ends it."""
        if not is_free(self._port):
            raise PortTaken(port=self._port, instead=f"choose another: make run PORT={self._port + 1}")
        self._listen_for_the_end()
        with ExitStack() as ending:
            self._open_database(ending)
            self._open_queue(ending)
            self._manage("migrate", "--no-input")
            self._open_web(ending)
            logins = self._manage("seed_demo")
            token = self._token()
            self._await_ready()
            say(welcome(self._port, logins=logins, token=token))
            while True:
                self._look_after()

    def _listen_for_the_end(self) -> None:
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it
            signal.signal(signal.SIGHUP, self._stop)

    def _open_database(self, ending: ExitStack) -> None:
        ending.callback(self._close_database)
        self._data_dir.mkdir(parents=True, exist_ok=True)
        if "DATABASE_URL" not in self._given:
            self._postgres = EmbeddedPostgres(self._data_dir)
            self._lease = self._postgres.lease()
            self._given["DATABASE_URL"] = self._lease.url
            if self._postgres.notice:
                say(self._postgres.notice)

    def _open_queue(self, ending: ExitStack) -> None:
        if "QSTASH_URL" not in self._given:
            self._queue = LocalQueue(self._data_dir, say=say)
            ending.callback(self._queue.stop)
        self._environ = children_environment(
            self._given,
            port=self._port,
            data_dir=self._data_dir,
            queue=self._queue.settings if self._queue else {},
        )

    def _open_web(self, ending: ExitStack) -> None:
        arguments = ["-m", "uvicorn", "curaway.asgi:application", "--host", "127.0.0.1"]
        arguments += ["--port", str(self._port), "--no-access-log", "--timeout-graceful-shutdown", "8"]
        self._web = Program("server", arguments, self._environ, say=say)
        ending.callback(self._web.stop, within=10)
        self._tend()

    def _close_database(self) -> None:
        if self._lease is not None:
            self._lease.release()

    def _manage(self, *arguments: str) -> str:
        command = Command([sys.executable, "manage.py", *arguments], self._environ)
        while (printed := command.printed(within=_LOOK_SECONDS)) is None:
            if self._told_to_stop:
                command.kill()
                raise Stopped
        return printed

    def _token(self) -> str | None:
        try:
            printed = self._manage("issue_token", "--patient", MARIA, "--expires-in", "86400")
        except CommandFailed:
            return None  # where Clerk issues the tokens, we cannot
        return printed.splitlines()[-1]

    def _await_ready(self) -> None:
        url = f"http://127.0.0.1:{self._port}/ready"
        deadline = time.monotonic() + _READY_SECONDS
        while (answer := _status(url)) != "200" or (self._queue and not self._queue.answers()):
            if time.monotonic() > deadline:
                raise ProgramSilent(name="server", url=url, seconds=_READY_SECONDS, answer=answer)
            self._look_after()

    def _look_after(self) -> None:
        time.sleep(_LOOK_SECONDS)
        if self._told_to_stop:
            raise Stopped
        self._tend()

    def _tend(self) -> None:
        if self._postgres and self._lease and not self._postgres.is_running():
            gone, self._lease = self._lease, self._postgres.lease()
            gone.release()
            say("Postgres had ended; it is back at the same address.")
        if self._queue:
            self._queue.tend(self._environ)
        if self._web:
            self._web.tend()

    def _stop(self, _request: int, _frame: FrameType | None) -> None:
        self._told_to_stop = True


def say(line: str) -> None:
    """A line for the person at the terminal, now."""
    print(line, flush=True)


def _status(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            return str(answer.status)
    except urllib.error.HTTPError as refusal:
        return str(refusal.code)
    except OSError as problem:
        return str(problem)
