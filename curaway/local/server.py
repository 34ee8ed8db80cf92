"""The embedded server of one data folder: where it lies, its password, its port."""

import secrets
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from curaway.local.account import account_for
from curaway.local.cluster import NAME, Cluster, Postmaster
from curaway.local.errors import PortTaken, PostgresBusy, PostgresFailed
from curaway.local.installation import prepare_room, reachable_programs, spare_room
from curaway.local.port import answers, free_port, is_free

_PATIENCE_SECONDS: Final = 20.0
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Server:
    """Starts and stops; whoever calls `serve` or `stop` holds the folder's start lock."""

    def __init__(self, data_dir: Path, settings: Mapping[str, str], port: int | None) -> None:
        self.notice: str | None = None
        self._data_dir = data_dir
        self._settings = settings
        self._port = port
        self._password_file = data_dir / "postgres.password"
        self._port_file = data_dir / "postgres.port"

    def serve(self, *, alone: bool) -> str:
        """Start the server, or join the one that is there; returns its address.

        `alone` says that nobody else uses it: only then may it move to another port.
        """
        port = self._joined()
        if port is None:
            self.cluster.stop()  # one that is alive and does not answer
            self._create_cluster_when_missing()
            port = self._started(alone=alone)
            self._port_file.write_text(f"{port}\n")
        return f"postgres://{NAME}:{self._password_file.read_text().strip()}@127.0.0.1:{port}/{NAME}"

    def is_running(self) -> bool:
        # Asking must not make the folders that starting would.
        server = self.cluster.postmaster() if self._data_dir.exists() else None
        return server is not None and server.ready

    def stop(self) -> None:
        self.cluster.stop()

    def kill(self) -> None:
        if self._data_dir.exists():
            self.cluster.kill()

    @cached_property
    def cluster(self) -> Cluster:
        """Beside its password in the data folder, or in the spare room when its account cannot reach that."""
        account = account_for(self._data_dir / "postgres")
        room = spare_room(self._data_dir)
        home = self._data_dir if account.can("-x", self._data_dir) else room
        if home == room:
            prepare_room(room)
        programs = reachable_programs(account, room)
        if room in (home, *programs.parents):
            what = "the database" if home == room else "a copy of Postgres's programs"
            self.notice = f"{account.name} cannot reach this checkout, so {what} is kept in {room}"
        log = self._data_dir / "postgres.log"
        return Cluster(folder=home / "postgres", programs=programs, account=account, log=log)

    def _joined(self) -> int | None:
        server = self._settled()
        if server is None or not server.ready or not self._password_file.exists() or not answers(server.port):
            return None
        return server.port

    def _settled(self) -> Postmaster | None:
        """One whose starter was killed halfway may still be starting: it is given time to finish."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        server = self.cluster.postmaster()
        while server is not None and not server.ready and time.monotonic() < deadline:
            time.sleep(0.05)
            server = self.cluster.postmaster()
        return server

    def _create_cluster_when_missing(self) -> None:
        if self.cluster.exists() and self._password_file.exists():
            return
        if self.cluster.exists() and self.cluster.folder.parent == self._data_dir:
            raise PostgresFailed(
                act="be opened",
                why=f"its password file {self._password_file} is missing.",
                where=f"Put it back, or move {self.cluster.folder} away to start afresh.",
            )
        # In the spare room a cluster without its password belonged to a data folder that was deleted.
        password = secrets.token_urlsafe(24)
        self._password_file.unlink(missing_ok=True)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(f"{password}\n")
        self.cluster.create(password)

    def _started(self, *, alone: bool) -> int:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            port = self._choose_port(alone=alone, deadline=deadline)
            try:
                self.cluster.start({**_SETTINGS, **self._settings, "port": str(port)})
            except PostgresBusy:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return port

    def _choose_port(self, *, alone: bool, deadline: float) -> int:
        """The one asked for, else the previous one, else a free one.

        While others use the server they look for it on the previous port, so that one is waited for.
        """
        wanted = self._port or self._previous_port()
        if wanted is None:
            return free_port(self._data_dir, "postgres")
        while not is_free(wanted):
            if self._port is None and alone:
                return free_port(self._data_dir, "postgres")
            if self._port is not None or time.monotonic() > deadline:
                raise PortTaken(port=wanted, instead="give Postgres another one.")
            time.sleep(0.2)
        return wanted

    def _previous_port(self) -> int | None:
        try:
            return int(self._port_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
