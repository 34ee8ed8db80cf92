"""Signing the heads of chains, every so often, so that what was recorded until then can't be rewritten unnoticed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from django.db import Error

from curaway import log, prepared
from curaway.threads import in_worker
from events.sealing.checkpoint import Checkpoint
from events.sealing.master import MasterKeys, master_keys
from events.sealing.signature import Statement, signature

logger = log.get(__name__)

EVERY_SECONDS = 3600.0
PAUSE_SECONDS = 60.0
"""Before it is tried again where the database could not be asked."""

HEADS = 2000
"""Looked at by one statement: some 20 ms of a worker, so that a request hardly waits for it."""

UNSIGNED_SQL = """
SELECT page.id, page.tenant_id, page.patient_id, page.link, page.hash, NOT EXISTS (
    SELECT FROM events_checkpoint AS kept
    WHERE kept.tenant_id = page.tenant_id AND kept.patient_id = page.patient_id AND kept.link >= page.link
) AS unsigned
FROM (SELECT * FROM events_streamhead WHERE id > %(after)s ORDER BY id LIMIT %(limit)s) AS page
WHERE page.link > 0
ORDER BY page.id
"""


async def sign_heads() -> None:
    """Sign the chains that have grown, at once and then once an hour, until cancelled."""
    while True:
        try:
            await _sign_pages()
            pause = EVERY_SECONDS
        except Error as fault:
            logger.warning("heads_not_signed", cause=type(fault).__name__)
            pause = PAUSE_SECONDS
        await asyncio.sleep(pause)


async def _sign_pages() -> None:
    after: int | None = 0
    while after is not None:
        after = await in_worker(sign_page, after)


def sign_all() -> None:
    """Sign every chain as far as it has grown."""
    after: int | None = 0
    while after is not None:
        after = sign_page(after)


def sign_page(after: int) -> int | None:
    """Sign those of the next heads that have grown since they were signed; where the next page begins, None at the
    end."""
    now = datetime.now(UTC)
    heads = prepared.rows(UNSIGNED_SQL, {"after": after, "limit": HEADS})
    made = [
        _checkpoint(Statement(tenant, patient, link, bytes(hashed), instant(now)), now, master_keys())
        for _, tenant, patient, link, hashed, unsigned in heads
        if unsigned
    ]
    # Another process may sign the same chain at this moment; what it says of a link is the same.
    Checkpoint.objects.bulk_create(made, ignore_conflicts=True)
    return heads[-1][0] if heads else None


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
