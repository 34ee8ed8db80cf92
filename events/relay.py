"""The relay: takes committed jobs to the queue, right after the commit, and again until it has them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from django.db import Error
from django.utils import timezone

from curaway import context, log, metrics, tracing
from curaway.environment import Environment
from curaway.qstash import QStashPublisher, QueueRefused, QueueUnavailable
from curaway.threads import in_worker
from events import jobs
from events.chores import Chore
from events.models import Job
from events.outbox import nudge, on_nudge

logger = log.get(__name__)

DUE_EVERY_SECONDS = 5.0
"""How often the round asks whether a job is due that nobody here was told of: left by another process, or put off."""

LOOK_AGAIN_SECONDS = 300.0
"""Without being told: only where no round asks."""

AT_ONCE = 8
"""Publications under way at the same time: a queue that answers slowly holds up only so many."""

QUEUE_RETRIES = 3
"""Of a callback that answers with a passing fault; after that the queue gives up and says so."""

RETRY_DELAY = "pow(8, retried) * 5000"
"""Milliseconds between them, 5 s, 40 s and 320 s: long enough for a restart, and shorter than QStash's own."""


def chore() -> Chore:
    """Has the round ask for jobs that are due."""
    return Chore(jobs.DUE_SQL, {}, wake=nudge, every=DUE_EVERY_SECONDS)


class Publisher(Protocol):
    """What the relay needs of the queue; `curaway.qstash.QStashPublisher` is it."""

    async def publish(
        self,
        *,
        path: str,
        body: Mapping[str, Any],
        deduplication_id: str,
        flow_key: str,
        retries: int,
        retry_delay: str,
        headers: Mapping[str, str],
    ) -> str:
        """The queue's message id; raises `QueueUnavailable` or `QueueRefused`."""


async def relay_jobs(environment: Environment) -> None:
    """Run the relay of this process to the queue of the settings, until cancelled."""
    publisher = QStashPublisher.of(environment)
    try:
        await Relay(publisher).run()
    finally:
        await publisher.aclose()


class Relay:
    """Publishes due jobs; one per process, any number of processes beside each other."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._queue_away = False
        self._under_way: set[asyncio.Task[str]] = set()

    async def run(self) -> None:
        """Publish what is due, for ever: at every commit of a job here, and when the round finds one.

        Returns only by cancellation; what is under way then is due again when its lease ends.
        """
        heard = asyncio.Event()
        stop_hearing = on_nudge(partial(_ring, asyncio.get_running_loop(), heard))
        try:
            while True:
                heard.clear()
                await self._take_up(heard)
                with suppress(TimeoutError):
                    await asyncio.wait_for(heard.wait(), LOOK_AGAIN_SECONDS)
        finally:
            stop_hearing()
            await self._abandon()

    async def publish_due(self, now: datetime) -> Counter[str]:
        """Publish once everything that is due at `now`; how many were published, put off, and refused."""
        outcomes: Counter[str] = Counter()
        while claimed := await in_worker(jobs.claim_due, limit=AT_ONCE, now=now):
            outcomes.update(await asyncio.gather(*map(self._publish, claimed)))
        metrics.swept("jobs_published_late", outcomes["published"])
        return outcomes

    async def _take_up(self, heard: asyncio.Event) -> None:
        free = AT_ONCE - len(self._under_way)
        if not free:
            return  # the next one to end rings `heard`
        try:
            claimed = await in_worker(jobs.claim_due, limit=free, now=timezone.now())
        except Error as fault:
            # Without its database the relay has nothing to do but to look again; the process lives on.
            logger.warning("jobs_not_read", cause=type(fault).__name__)
            return
        for job in claimed:
            task = asyncio.create_task(self._publish(job))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
            if len(claimed) == free:  # there may be more than fitted
                task.add_done_callback(lambda _: heard.set())

    async def _publish(self, job: Job) -> str:
        outcome = await self._tried(job)
        metrics.JOBS_RELAYED.labels(outcome).inc()
        return outcome

    async def _tried(self, job: Job) -> str:
        try:
            return await self._published(job)
        except Error as fault:
            # The queue has it, or the lease ends: either way nothing is lost by going on.
            logger.warning("job_not_marked", job_id=str(job.pk), cause=type(fault).__name__)
            return "put off"

    async def _published(self, job: Job) -> str:
        try:
            with _step(job) as span:
                message_id = await self._publisher.publish(
                    path=f"/webhooks/qstash/{job.kind}",
                    body=job.message(),
                    deduplication_id=deduplication_id(job),
                    flow_key=f"{job.kind}.{job.tenant_id}",
                    retries=QUEUE_RETRIES,
                    retry_delay=RETRY_DELAY,
                    headers={} if span is None else {"traceparent": span.traceparent},
                )
        except (QueueUnavailable, QueueRefused) as fault:
            return await self._not_taken(job, fault)
        self._say_whether_away(None)
        await in_worker(jobs.mark_published, job, message_id=message_id, now=timezone.now())
        return "published"

    async def _not_taken(self, job: Job, fault: QueueUnavailable | QueueRefused) -> str:
        cause = type(fault).__name__
        if isinstance(fault, QueueRefused):
            logger.error("job_refused", job_id=str(job.pk), refusal=job.refusals + 1, why=str(fault))
            await in_worker(jobs.mark_refused, job, fault=cause, now=timezone.now())
            return "refused"
        self._say_whether_away(fault)
        await in_worker(jobs.mark_later, job, fault=cause, now=timezone.now())
        return "put off"

    def _say_whether_away(self, fault: QueueUnavailable | None) -> None:
        """Once when the queue goes away and once when it is back: every job's attempts would flood the log."""
        if fault is not None and not self._queue_away:
            logger.warning("queue_away", why=str(fault))
        if fault is None and self._queue_away:
            logger.info("queue_back")
        self._queue_away = fault is not None

    async def _abandon(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


@contextmanager
def _step(job: Job) -> Iterator[tracing.Span | None]:
    """In the trace of the fact that caused the job."""
    with (
        context.serving(replace(context.current(), correlation_id=job.correlation_id, traceparent=None)),
        tracing.step("publish", "producer", under=job.traceparent or None, job_id=str(job.pk), kind=job.kind) as span,
    ):
        yield span


def _ring(loop: asyncio.AbstractEventLoop, bell: asyncio.Event) -> None:
    loop.call_soon_threadsafe(bell.set)


def deduplication_id(job: Job) -> str:
    """The same for every attempt since the last known publication, so that one whose answer was lost is not
    delivered twice; another one after it, or the queue would drop what is published again on purpose."""
    since = max((at for at in (job.published_at, job.reopened_at) if at is not None), default=None)
    return f"{job.pk}-first" if since is None else f"{job.pk}-{since.timestamp():.6f}"
