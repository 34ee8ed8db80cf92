"""Working through a document's job: one effect for any number of deliveries, whatever the work is."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import ParamSpec, TypeVar

from django.db import Error
from django.utils import timezone

from curaway import context, log
from curaway.qstash import CALLBACK_TIMEOUT_SECONDS
from curaway.threads import in_worker
from patients.documents import claims
from patients.documents.claims import CLAIM, ClaimLost, Held, Keep, Paused, TooEarly
from patients.documents.deliveries import Delivery, Outcome, PatientErased, receive
from patients.documents.faults import Fault
from patients.documents.steps import Step
from patients.models import Document

P = ParamSpec("P")
R = TypeVar("R")

Work = Callable[[Document], Awaitable[Keep]]
"""The work itself, on the event loop and outside of any transaction; returns how its result is kept.

Raises `Paused` when it has to stop and is to go on with another delivery.
"""

logger = log.get(__name__)

ANSWER_SECONDS = CALLBACK_TIMEOUT_SECONDS - 10.0
"""Longest work, with the wait for another delivery: the queue still hears its answer."""

LOOK_AGAIN_SECONDS = 0.5

TRIED_FOR = timedelta(hours=1)
"""After which a fault of ours is final: the document may be what breaks the work every time."""


class NotNow(Exception):
    """The work could not be done this time; the same delivery may succeed later."""


async def work_on_document(
    step: Step,
    work: Work,
    *,
    document_id: str,
    job_id: uuid.UUID | None = None,
    correlation_id: str | None = None,
) -> Outcome:
    """Take the document through the step, unless that was done, is being done, or must not be.

    Raises `DocumentUnknown`; the `Fault` that was recorded as its failure just now; and `NotNow`, after which
    delivering the job again is right. Whatever it raises, cancellation included, the document is free then.
    """
    try:
        delivery = await in_worker(receive, step, document_id=document_id, job_id=job_id, correlation_id=correlation_id)
    except PatientErased:
        return Outcome.SKIPPED
    serving = context.RequestContext(
        correlation_id=delivery.correlation_id,
        tenant_id=delivery.tenant_id,
        source_service="webhooks",
        # What this work causes stands under it in the trace.
        traceparent=context.current().traceparent,
    )
    with context.serving(serving):
        task = asyncio.create_task(_attempt(delivery, work))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    try:
        return await task
    except asyncio.CancelledError:
        if task.cancelled() and not _is_cancelled():
            raise NotNow from None
        raise


async def put_down() -> None:
    """End all work of this process with `NotNow` and free its documents: the process is about to leave.

    Returns when all documents are free, so that another process can begin them at once.
    """
    tasks = [*_under_way]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


_under_way: set[asyncio.Task[Outcome]] = set()


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _attempt(delivery: Delivery, work: Work) -> Outcome:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await _worked(delivery, work)
    except PatientErased:
        return Outcome.SKIPPED
    except (ClaimLost, TimeoutError):
        raise NotNow from None
    finally:
        await _to_its_end(claims.release, delivery)


async def _worked(delivery: Delivery, work: Work) -> Outcome:
    begun = await _begin(delivery)
    if isinstance(begun, Outcome):
        return begun
    renewing = asyncio.create_task(_renew(delivery))
    try:
        keep = await work(begun)
    except Fault as fault:
        return await _failed(delivery, begun, fault)
    except Paused:
        return await _put_back(delivery)
    finally:
        renewing.cancel()
    return await in_worker(claims.finish, delivery, keep)


async def _begin(delivery: Delivery) -> Document | Outcome:
    """Take the document, waiting as long as another delivery has it."""
    while True:
        begun = await _to_its_end(claims.begin, delivery, now=timezone.now())
        if isinstance(begun, TooEarly):
            raise NotNow
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


async def _failed(delivery: Delivery, begun: Document, fault: Fault) -> Outcome:
    logger.warning(
        "document_not_processed", document_id=delivery.document_id, job=delivery.step.job, fault=type(fault).__name__
    )
    long_ago = begun.began_at is not None and begun.began_at < timezone.now() - TRIED_FOR
    if fault.retryable and not long_ago:
        raise NotNow from None
    outcome = await in_worker(claims.fail, delivery, fault)
    if outcome is None:
        raise fault
    return outcome


async def _put_back(delivery: Delivery) -> Outcome:
    outcome = await in_worker(claims.put_back, delivery)
    if outcome is None:
        raise NotNow
    return outcome


async def _to_its_end(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run in a worker, to its end even when cancelled: a claim taken after its release would hold on."""
    work = asyncio.ensure_future(in_worker(function, *args, **kwargs))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait({work})
        raise
