"""A real PgBouncer, with the file of docs/deploy."""

from __future__ import annotations

import os
import pwd
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from tests.wide.daemon import Daemon
from tests.wide.proxies import DEPLOY

POOL = 4
"""Connections to the database: fewer than the processes and writers have to PgBouncer."""


class PgBouncer(Daemon):
    """Stands before the database of `direct_url`, in transaction mode."""

    name = "pgbouncer"

    def __init__(self, direct_url: str) -> None:
        super().__init__()
        self._direct = urlsplit(direct_url)
        self.url = direct_url.replace(f":{self._direct.port}/", f":{self.port}/")

    def account(self) -> str | None:
        # It refuses to run as root.
        return "nobody" if os.getuid() == 0 else None

    def arguments(self) -> Sequence[str]:
        user, password = unquote(self._direct.username or ""), unquote(self._direct.password or "")
        users, settings = self.folder / "userlist.txt", self.folder / "pgbouncer.ini"
        users.write_text(f'"{user}" "{password}"\n')
        settings.write_text(self._configuration())
        for path in (users, settings):
            path.chmod(0o600)
            if self.account():
                os.chown(path, pwd.getpwnam("nobody").pw_uid, -1)
        return (str(settings),)

    def _configuration(self) -> str:
        text = (DEPLOY / "pgbouncer.ini").read_text()
        database = self._direct.path.lstrip("/")
        for old, new in {
            "curaway = host=127.0.0.1 port=5432": f"{database} = host=127.0.0.1 port={self._direct.port}",
            "listen_port = 6432": f"listen_port = {self.port}\nunix_socket_dir =",
            "/etc/pgbouncer/userlist.txt": str(self.folder / "userlist.txt"),
            "default_pool_size = 20": f"default_pool_size = {POOL}",
        }.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return text
