"""The bell that needs nothing but the database: Postgres's NOTIFY.

It is rung outside of any transaction, because a transaction that has issued NOTIFY takes a database-wide lock when
it commits, which would put all writers in one queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import DatabaseError, connection
from psycopg.conninfo import conninfo_to_dict

from curaway import log, prepared
from curaway.environment import CONNECTION
from events.wakeup.bell import CHANNEL

logger = log.get(__name__)

RING_SQL = "SELECT set_config('synchronous_commit', 'off', true), pg_notify(%s, %s)"
"""Without waiting for the disk: a ring need not survive a crash, and until its commit ends nobody else's begins."""


class NotifyBell:
    """Rings on the writer's own connection, and listens on one per process."""

    needed = True
    """Without it the database itself is out of reach."""

    when_silent = "not listening"

    def __init__(self, direct_url: str = "") -> None:
        """`direct_url`: the database itself, when the settings' database is a pooler, which forgets a LISTEN."""
        self._direct_url = direct_url

    def ring(self, message: str) -> None:
        try:
            with prepared.cursor() as cursor:
                cursor.execute(RING_SQL, [CHANNEL, message])
        except DatabaseError as lost:
            logger.warning("wakeup_lost", cause=type(lost).__name__)

    async def listen(self, hear: Callable[[str], None], on_listening: Callable[[], None]) -> None:
        async with await psycopg.AsyncConnection.connect(**self._parameters(), autocommit=True) as held:
            if not self._direct_url and await is_pooled(held):
                # A pooler in session mode keeps the LISTEN, one in transaction mode does not: both go on, and
                # `manage.py doctor` tells which it is.
                logger.warning("wakeups_through_a_pooler", hint="set DATABASE_DIRECT_URL")
            await held.execute(f"LISTEN {CHANNEL}")
            on_listening()
            await _hear_all(held, hear)

    def _parameters(self) -> dict[str, Any]:
        if self._direct_url:
            return {**CONNECTION, **conninfo_to_dict(self._direct_url)}
        given = connection.get_connection_params()
        return {name: value for name, value in given.items() if name not in ("cursor_factory", "context")}


async def _hear_all(held: psycopg.AsyncConnection[Any], hear: Callable[[str], None]) -> None:
    """Hand on what is notified until the connection breaks; raises `psycopg.Error` then.

    libpq is asked itself: psycopg's own generator takes longer for each message than the hub, and every process hears
    the rings of all.
    """
    loop = asyncio.get_running_loop()
    broken: asyncio.Future[None] = loop.create_future()

    def take() -> None:
        try:
            held.pgconn.consume_input()
            while (notified := held.pgconn.notifies()) is not None:
                hear(notified.extra.decode())
        except Exception as fault:
            loop.remove_reader(socket)
            broken.set_exception(fault)

    # Asked for once: a lost connection has none.
    socket = held.fileno()
    loop.add_reader(socket, take)
    try:
        await broken
    finally:
        loop.remove_reader(socket)


async def is_pooled(connected: psycopg.AsyncConnection[Any]) -> bool:
    """Whether something stands between this connection and the database: it made up a process id of its own."""
    row = await (await connected.execute("SELECT pg_backend_pid()")).fetchone()
    return row is not None and row[0] != connected.info.backend_pid
