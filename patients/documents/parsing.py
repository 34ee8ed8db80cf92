"""Reading an uploaded document, the work of `document-parse`: one effect for any number of deliveries."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import ParamSpec, TypeVar

from django.db import Error
from django.utils import timezone

from curaway import context, log
from curaway.qstash import CALLBACK_TIMEOUT_SECONDS
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

ANSWER_SECONDS = CALLBACK_TIMEOUT_SECONDS - 10.0
"""Longest work, with the waits for another delivery and for the reader: the queue still hears its answer."""

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
        work = asyncio.create_task(_work(delivery))
    _under_way.add(work)
    work.add_done_callback(_under_way.discard)
    try:
        return await work
    except asyncio.CancelledError:
        if work.cancelled() and not _is_cancelled():
            raise NotNow from None
        raise


async def put_down() -> None:
    """End every reading of this process with `NotNow` and free its document: the process is about to leave.

    Returns when all documents are free, so that another process can begin them at once.
    """
    works = [*_under_way]
    for work in works:
        work.cancel()
    await asyncio.gather(*works, return_exceptions=True)


_under_way: set[asyncio.Task[Outcome]] = set()


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _work(delivery: Delivery) -> Outcome:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await _parse(delivery)
    except (ClaimLost, TimeoutError):
        raise NotNow from None
    finally:
        await _to_its_end(claims.release, delivery)


async def _parse(delivery: Delivery) -> Outcome:
    begun = await _begin(delivery)
    if isinstance(begun, Outcome):
        return begun
    renewing = asyncio.create_task(_renew(delivery))
    try:
        reading = await _read(begun)
    except Unreadable as fault:
        return await _unreadable(delivery, begun, fault)
    finally:
        renewing.cancel()
    return await in_worker(claims.finish, delivery, reading)


async def _begin(delivery: Delivery) -> Begun | Outcome:
    """Take the document, waiting as long as another delivery has it."""
    while True:
        begun = await _to_its_end(claims.begin, delivery, now=timezone.now())
        if not isinstance(begun, Held):
            return begun
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _renew(delivery: Delivery) -> None:
    """Keep the claim; when that fails it ends, and `finish` finds out whether somebody took over."""
    while True:
        await asyncio.sleep(CLAIM.total_seconds() / 3)
        try:
            await in_worker(claims.renew, delivery, now=timezone.now())
        except Error as fault:
            logger.warning("claim_not_renewed", document_id=delivery.document_id, cause=type(fault).__name__)


async def _read(begun: Begun) -> Reading:
    path = storage().path(begun.storage_key)
    if not path.is_file():
        raise BytesMissing
    return await read_document(path, begun.content_type)


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
