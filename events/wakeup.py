"""The doorbell: telling every process that a patient's log has grown, or that somebody's access changed.

A ring carries ids and a number, no data, and may be lost: the hub's poll makes up for it. It is rung after the
commit and outside of any transaction, because a transaction that has issued NOTIFY takes a database-wide lock
when it commits, which would put all writers in one queue.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

import psycopg
from django.db import DatabaseError, connection

from curaway import log

logger = log.get(__name__)

CHANNEL = "curaway_events"


class Grown(NamedTuple):
    """A patient's stream has grown to `position`."""

    tenant_id: str
    patient_id: str
    position: int


class AccessChanged(NamedTuple):
    """Who may see a tenant's patient changed; every open stream of it is checked again. None: all patients."""

    tenant_id: str
    patient_id: str | None


Ring = Grown | AccessChanged


def ring(what: Ring) -> None:
    """Wake every process; never raises, because what it tells of is already committed."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, encode(what)])
    except DatabaseError as lost:
        logger.warning("wakeup_lost", cause=type(lost).__name__)


def encode(what: Ring) -> str:
    return json.dumps([type(what).__name__, *what])


def decode(message: str) -> Ring | None:
    """The ring, or None when it is not one of ours: a newer version's, or somebody's NOTIFY by hand."""
    try:
        match json.loads(message):
            case ["Grown", str(tenant_id), str(patient_id), int(position)]:
                return Grown(tenant_id, patient_id, position)
            case ["AccessChanged", str(tenant_id), str() | None as patient_id]:
                return AccessChanged(tenant_id, patient_id)
    except json.JSONDecodeError:
        pass
    logger.warning("wakeup_not_understood")
    return None


async def listen(hear: Callable[[Ring], None], on_listening: Callable[[], None]) -> None:
    """Hear rings on one connection until it breaks; raises `psycopg.Error` then.

    `on_listening` is called once LISTEN is in force: what was committed before it may not have been heard.
    """
    parameters = {
        key: value
        for key, value in connection.get_connection_params().items()
        if key not in ("cursor_factory", "context")
    }
    async with await psycopg.AsyncConnection.connect(
        **parameters,
        autocommit=True,
        keepalives=1,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=2,
    ) as listening:
        await listening.execute(f"LISTEN {CHANNEL}")
        on_listening()
        async for notification in listening.notifies():
            heard = decode(notification.payload)
            if heard is not None:
                hear(heard)
