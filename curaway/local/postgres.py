"""A real Postgres for this checkout, alive as long as somebody holds a lease on it."""

import atexit
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from curaway.local.errors import FolderRefused, PostgresFailed
from curaway.local.lock import FileLock, exclusively
from curaway.local.server import Server

CHECKOUT: Final = Path(__file__).resolve().parents[2]


class EmbeddedPostgres:
    """The Postgres of one data folder: `<data_dir>/postgres`, role and database `curaway`, on 127.0.0.1 only.

    `settings` are Postgres's own; they count for the one who starts the server, not for who joins it. Without
    `port` the previous one is used again, so that clients of a server that crashed find it where it was.
    """

    def __init__(self, data_dir: Path, *, settings: Mapping[str, str] | None = None, port: int | None = None) -> None:
        self.data_dir = data_dir.expanduser().resolve()
        self._server = Server(self.data_dir, settings or {}, port)
        self._start_lock = self.data_dir / "postgres.start.lock"
        self._users_lock = self.data_dir / "postgres.users.lock"

    @property
    def notice(self) -> str | None:
        """After the first lease: what a person should know about where the database lies, if anything."""
        return self._server.notice

    def lease(self) -> "Lease":
        """Start or join the server; several processes asking at once share one.

        Raises `PortTaken`, `PostgresFailed`, `PostgresMissing` or `FolderRefused`.
        """
        try:
            return self._lease()
        except PermissionError as problem:
            why = f"no permission for {problem.filename}"
            raise FolderRefused(folder=self.data_dir, why=why) from problem
        except OSError as problem:
            where = f"Its folder is {self.data_dir}"
            raise PostgresFailed(act="start", why=str(problem), where=where) from problem

    def is_running(self) -> bool:
        """True when the server is there and ready; costs next to nothing."""
        return self._server.is_running()

    def kill(self) -> None:
        """End the server as a crash would (kill -9), and wait until it is gone."""
        self._server.kill()

    def give_back(self, users: FileLock) -> None:
        """End one lease; the last one takes the server down. Used by `Lease.release`."""
        with exclusively(self._start_lock):
            last = users.try_seize()
            if last:
                self._server.stop()
            users.close()
        if last:
            self._see_keeper_off()

    def keeper_lock(self) -> FileLock:
        """The lock that the keeper of this folder's server holds as long as it lives."""
        return FileLock(self.data_dir / "postgres.keeper.lock")

    def keep(self, keeper: FileLock) -> None:
        """Stay until nobody holds a lease, then stop the server; so it outlives not even a killed user."""
        users = FileLock(self._users_lock)
        while True:
            users.seize()
            users.free()  # before asking for the other lock: whoever starts takes them in that order
            with exclusively(self._start_lock):
                if users.try_seize():
                    self._server.stop()
                    # Still inside: the next starter must find the folder free, and no keeper that is leaving.
                    users.close()
                    keeper.close()
                    return

    def _lease(self) -> "Lease":
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with exclusively(self._start_lock):
            users = FileLock(self._users_lock)
            try:
                alone = users.try_seize()
                users.share()
                url = self._server.serve(alone=alone)
                self._call_keeper()
            except BaseException:
                users.close()
                raise
        return Lease(self, users, url)

    def _call_keeper(self) -> None:
        lock = self.keeper_lock()
        missing = lock.try_seize()
        lock.close()
        if not missing:
            return
        with (self.data_dir / "postgres.log").open("ab") as log:
            subprocess.run(
                [sys.executable, "-m", "curaway.local.keeper", str(self.data_dir)],
                cwd=CHECKOUT,
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=log,  # not ours: a pipe of ours would stay open as long as the keeper
                stderr=log,
                start_new_session=True,
            )

    def _see_keeper_off(self) -> None:
        lock = self.keeper_lock()
        deadline = time.monotonic() + 2
        while not lock.try_seize() and time.monotonic() < deadline:
            time.sleep(0.01)
        lock.close()


class Lease:
    """One user's right to the running server, given back on release, at exit, or by the user's death."""

    def __init__(self, server: EmbeddedPostgres, users: FileLock, url: str) -> None:
        self.url = url
        self._server = server
        self._users: FileLock | None = users
        self._holder = os.getpid()
        atexit.register(self.release)

    def release(self) -> None:
        """Give it back; the last one to do so stops the server. Doing it again does nothing."""
        users, self._users = self._users, None
        if users is None:
            return
        atexit.unregister(self.release)
        if os.getpid() == self._holder:
            self._server.give_back(users)
        else:  # a forked child leaves, its parent stays
            users.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
