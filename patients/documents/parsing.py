"""Reading an uploaded document, the work of `document-parse`: one effect for any number of deliveries."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import ParamSpec, TypeVar

from django.utils import timezone

from curaway import context, log
from curaway.threads import in_worker
from patients.documents import claims
from patients.documents.claims import CLAIM, Begun, ClaimLost, Held
from patients.documents.deliveries import Delivery, Outcome, receive
from patients.documents.faults import Unreadable
from patients.documents.reading import Reading, read_document
from patients.documents.storage import storage

P = ParamSpec("P")
R = TypeVar("R")

logger = log.get(__name__)

WORK_SECONDS = CLAIM.total_seconds() - 10
"""Longest reading, with the wait for the reader: it ends before the claim, so that never two read at once."""

HELD_SECONDS = 140.0
"""How long a delivery waits for another one to end; just under the time the queue waits for an answer."""

LOOK_AGAIN_SECONDS = 0.5

TRIED_FOR = timedelta(hours=1)
"""After which a fault of ours is final: the document may be what kills the reader every time."""


class NotNow(Exception):
    """The document could not be read this time; the same delivery may succeed later."""


class BytesMissing(Unreadable):
    """Nothing is kept under the document's key."""

    reason = "This document's file is no longer there. Please upload it again."


async def parse_document(
    *, document_id: str, job_id: uuid.UUID | None = None, correlation_id: str | None = None
) -> Outcome:
    """Read the document, unless that was done, is being done, or must not be.

    Raises `DocumentUnknown`; `Unreadable` when its failure was recorded just now; and `NotNow`, after which
    delivering the job again is right. Whatever it raises, cancellation included, the document is free then.
    """
    delivery = await in_worker(receive, document_id=document_id, job_id=job_id, correlation_id=correlation_id)
    serving = context.RequestContext(
        correlation_id=delivery.correlation_id, tenant_id=delivery.tenant_id, source_service="webhooks"
    )
    with context.serving(serving):
        try:
            return await _parse(delivery)
        except ClaimLost:
            raise NotNow from None
        finally:
            await _to_its_end(claims.release, delivery)


async def _parse(delivery: Delivery) -> Outcome:
    begun = await _begin(delivery)
    if isinstance(begun, Outcome):
        return begun
    try:
        reading = await _read(begun)
    except Unreadable as fault:
        return await _unreadable(delivery, begun, fault)
    return await in_worker(claims.finish, delivery, reading)


async def _begin(delivery: Delivery) -> Begun | Outcome:
    """Take the document, waiting while another delivery has it."""
    give_up = asyncio.get_running_loop().time() + HELD_SECONDS
    while True:
        begun = await _to_its_end(claims.begin, delivery, now=timezone.now())
        if not isinstance(begun, Held):
            return begun
        if asyncio.get_running_loop().time() > give_up:
            raise NotNow
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _read(begun: Begun) -> Reading:
    path = storage().path(begun.storage_key)
    if not path.is_file():
        raise BytesMissing
    try:
        async with asyncio.timeout(WORK_SECONDS):
            return await read_document(path, begun.content_type)
    except TimeoutError:
        raise NotNow from None


async def _unreadable(delivery: Delivery, begun: Begun, fault: Unreadable) -> Outcome:
    logger.warning("document_not_read", document_id=delivery.document_id, fault=type(fault).__name__)
    long_ago = begun.uploaded_at is not None and begun.uploaded_at < timezone.now() - TRIED_FOR
    if fault.retryable and not long_ago:
        raise NotNow from None
    outcome = await in_worker(claims.fail, delivery, fault)
    if outcome is None:
        raise fault
    return outcome


async def _to_its_end(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run in a worker, to its end even when cancelled: a claim taken after its release would hold on."""
    work = asyncio.ensure_future(in_worker(function, *args, **kwargs))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait({work})
        raise
