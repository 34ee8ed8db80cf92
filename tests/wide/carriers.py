"""The ways wake-ups can travel, each with what a test needs of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
from django.conf import settings
from redis import Redis

from events.wakeup import Bell, bell_of
from events.wakeup.bell import CHANNEL
from tests.wide.redis_server import RedisServer

Messages = Callable[[], list[str]]
"""Everything that was rung since the last time it was asked."""


class Carrier:
    """One way: what the servers are started with, and the bell of the writers in this process."""

    poll_seconds = 30.0
    """So long that whatever is heard within a test was heard by the bell."""

    def __init__(self, url: str = "") -> None:
        self.environment = {
            "EVENTS_WAKEUP_URL": url,
            "SSE_POLL_SECONDS": str(self.poll_seconds),
            "SSE_ACCESS_SECONDS": "30",
        }

    def bell(self) -> Bell:
        given = self.environment["EVENTS_WAKEUP_URL"]
        return bell_of(replace(settings.ENVIRONMENT, EVENTS_WAKEUP_URL=given))

    @contextmanager
    def witness(self, database_url: str) -> Iterator[Messages]:
        """Hears what is on the wire, as a stranger on it would."""
        raise NotImplementedError

    def interrupt(self, database_url: str) -> None:
        """Break every process's hearing; it comes back by itself."""
        raise NotImplementedError


class OverNotify(Carrier):
    """The database's NOTIFY."""

    @contextmanager
    def witness(self, database_url: str) -> Iterator[Messages]:
        with psycopg.connect(database_url, autocommit=True) as listening:
            listening.execute(f"LISTEN {CHANNEL}")
            yield lambda: [heard.payload for heard in listening.notifies(timeout=1)]

    def interrupt(self, database_url: str) -> None:
        with psycopg.connect(database_url, autocommit=True) as asking:
            asking.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE 'LISTEN %%' AND pid <> pg_backend_pid()"
            )


class OverRedis(Carrier):
    """A Redis server's pub/sub."""

    def __init__(self, server: RedisServer) -> None:
        super().__init__(server.url)
        self._server = server

    @contextmanager
    def witness(self, database_url: str) -> Iterator[Messages]:
        with Redis(port=self._server.port, decode_responses=True) as redis, redis.pubsub() as subscription:
            subscription.psubscribe("*")
            subscription.get_message(timeout=5)

            def messages() -> list[str]:
                heard = iter(lambda: subscription.get_message(timeout=1), None)
                return [str(message["data"]) for message in heard if message["type"] == "pmessage"]

            yield messages

    def interrupt(self, database_url: str) -> None:
        self._server.kill()
        self._server.start()


class InSilence(Carrier):
    """No bell at all: the poll keeps the promise."""

    poll_seconds = 0.5

    def __init__(self) -> None:
        super().__init__("off")
        self.environment["SSE_ACCESS_SECONDS"] = "1"

    @contextmanager
    def witness(self, database_url: str) -> Iterator[Messages]:
        with OverNotify().witness(database_url) as messages:
            yield messages

    def interrupt(self, database_url: str) -> None:
        """There is nothing to break."""
