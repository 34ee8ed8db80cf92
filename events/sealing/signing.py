"""Signing the heads of chains, every so often, so that what was recorded until then can't be rewritten unnoticed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from django.db import Error

from curaway import log, prepared
from curaway.threads import in_worker
from events.chores import Chore
from events.sealing.checkpoint import Checkpoint
from events.sealing.master import MasterKeys, master_keys
from events.sealing.signature import Statement, signature

logger = log.get(__name__)

EVERY_SECONDS = 3600.0
AT_ONCE = 500

UNSIGNED_SQL = """
SELECT head.tenant_id, head.patient_id, head.link, head.hash FROM events_streamhead AS head
WHERE head.link > 0 AND NOT EXISTS (
    SELECT FROM events_checkpoint AS kept
    WHERE kept.tenant_id = head.tenant_id AND kept.patient_id = head.patient_id AND kept.link >= head.link
)
LIMIT %(limit)s
"""


def chore() -> Chore:
    """Has the round ask, once an hour, for chains that have grown since they were signed."""
    return Chore(UNSIGNED_SQL, {"limit": 1}, wake=_signing.wake, every=EVERY_SECONDS)


async def sign_heads() -> None:
    """Sign them whenever there are some, until cancelled."""
    await _signing.run()


class _Signing:
    """Signs when it is woken, and not before: most processes find everything signed."""

    def __init__(self) -> None:
        self._due: asyncio.Event | None = None

    def wake(self) -> None:
        if self._due is not None:
            self._due.set()

    async def run(self) -> None:
        # Made here: an event belongs to the loop that waits for it.
        due = self._due = asyncio.Event()
        while True:
            await due.wait()
            due.clear()
            try:
                while await in_worker(sign_some) == AT_ONCE:
                    pass
            except Error as fault:
                logger.warning("heads_not_signed", cause=type(fault).__name__)


_signing = _Signing()


def sign_some(*, limit: int = AT_ONCE) -> int:
    """Sign up to so many chains as far as they have grown; how many there were."""
    now = datetime.now(UTC)
    heads = prepared.rows(UNSIGNED_SQL, {"limit": limit})
    made = [
        _checkpoint(Statement(tenant, patient, link, bytes(hashed), instant(now)), now, master_keys())
        for tenant, patient, link, hashed in heads
    ]
    # Another process may sign the same chain at this moment; what it says of a link is the same.
    Checkpoint.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def instant(moment: datetime) -> str:
    """As statements give the time, and the database's column holds it: ISO 8601 in UTC, microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _checkpoint(statement: Statement, now: datetime, keys: MasterKeys) -> Checkpoint:
    signed_by, given = signature(statement, keys)
    return Checkpoint(
        tenant_id=statement.tenant_id,
        patient_id=statement.patient_id,
        link=statement.link,
        hash=statement.hash,
        made_at=now,
        signed_by=signed_by,
        signature=given,
    )
