"""A real Redis."""

from __future__ import annotations

from collections.abc import Sequence

from tests.wide.daemon import Daemon


class RedisServer(Daemon):
    """Keeps nothing: pub/sub is all it is for."""

    name = "redis-server"

    def __init__(self, *, password: str = "") -> None:
        super().__init__()
        self._password = password
        secret = f":{password}@" if password else ""
        self.url = f"redis://{secret}127.0.0.1:{self.port}/0"

    def arguments(self) -> Sequence[str]:
        secret = ("--requirepass", self._password) if self._password else ()
        return ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", *secret)
