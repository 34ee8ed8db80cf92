"""What the queue calls of its own accord: that it has given up on a job, and that it is time to sweep."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from curaway import log
from curaway.door import answer_later, answer_now
from curaway.qstash import QStashPublisher
from events.giving_up import NotNow
from events.relay import Relay
from patients.services import giving_up
from webhooks import schemas
from webhooks.receiving import callback, not_now, signed

logger = log.get(__name__)

SWEEP_SECONDS = 50.0
"""Longest sweep; what it does not come to is due at the next one, and at any relay before that."""


@callback(schemas.Failed)
def failed(request: HttpRequest, message: schemas.Failed) -> HttpResponse:
    """The queue tried a job for the last time, in vain."""
    try:
        outcome = giving_up.give_up(
            message_id=message.sourceMessageId, job_id=_job_in(message.sourceBody), now=timezone.now()
        )
    except NotNow:
        raise not_now(request) from None
    logger.warning("job_given_up", message_id=message.sourceMessageId, answered=message.status, outcome=outcome)
    return answer_now({"status": outcome})


@signed
def sweep(request: HttpRequest) -> HttpResponse:
    """Publish every job that is due. Its body says nothing and is not looked at."""
    return answer_later(request, _sweep)


async def _sweep() -> dict[str, str]:
    publisher = QStashPublisher.of(settings.ENVIRONMENT)
    try:
        async with asyncio.timeout(SWEEP_SECONDS):
            outcomes = await Relay(publisher).publish_due(timezone.now())
        logger.info("swept", published=outcomes["published"], refused=outcomes["refused"], later=outcomes["put off"])
    except TimeoutError:
        logger.warning("sweep_not_finished")
    finally:
        await publisher.aclose()
    return {"status": "done"}


def _job_in(source: str) -> uuid.UUID | None:
    """The job that the failed message was about; None for a message by hand, or one that can't be read."""
    try:
        body = json.loads(base64.b64decode(source))
        return uuid.UUID(body["job_id"])
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
