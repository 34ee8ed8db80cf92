"""Sending a notification, the work of the job `notification`: one mail for any number of deliveries."""

from __future__ import annotations

import asyncio

from django.db import Error
from django.utils import timezone

from curaway import context, log
from curaway.finishing import to_its_end
from curaway.qstash import CALLBACK_TIMEOUT_SECONDS
from curaway.threads import in_worker
from patients.documents.deliveries import Outcome, PatientErased
from patients.notifications import claims
from patients.notifications.claims import Begun, Held
from patients.notifications.deliveries import Asked, Delivery, receive
from patients.notifications.message import compose
from patients.notifications.sending import MailRefused, MailUnavailable, send

logger = log.get(__name__)

WAIT_SECONDS = CALLBACK_TIMEOUT_SECONDS - 20.0
"""Longest wait for another delivery: longer than a dead one's claim, and the queue still hears an answer."""

LOOK_AGAIN_SECONDS = 0.25
STORE_AGAIN = 5


class NotNow(Exception):
    """The mail could not be sent this time; the same delivery may succeed later."""


async def notify(asked: Asked) -> Outcome:
    """Send the notification, unless that was done, is being done, or must not be.

    Raises `NotificationUnknown`, `PatientUnknown`; `MailRefused` when its failure was recorded just now; and
    `NotNow`, after which delivering the job again is right. Goes on to its end when the caller hangs up: a mail
    that has left must be known to have left.
    """
    try:
        delivery = await in_worker(receive, asked)
    except PatientErased:
        return Outcome.SKIPPED
    serving = context.RequestContext(
        correlation_id=delivery.correlation_id, tenant_id=delivery.tenant_id, source_service="webhooks"
    )
    with context.serving(serving):
        return await to_its_end(_work(delivery))


async def _work(delivery: Delivery) -> Outcome:
    try:
        return await _sent(delivery)
    except PatientErased:
        return Outcome.SKIPPED


async def _sent(delivery: Delivery) -> Outcome:
    begun = await _begin(delivery)
    if isinstance(begun, Outcome):
        return begun
    try:
        await asyncio.to_thread(_deliver, delivery, begun)
    except MailRefused as fault:
        return await _refused(delivery, fault)
    except MailUnavailable as fault:
        logger.warning("mail_not_sent", notification_id=delivery.notification_id, cause=str(fault))
        await in_worker(claims.release, delivery, cause=str(fault))
        raise NotNow from None
    return await _stored(delivery)


async def _begin(delivery: Delivery) -> Begun | Outcome:
    """Take the notification, waiting as long as another delivery has it."""
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                begun = await in_worker(claims.begin, delivery, now=timezone.now())
                if not isinstance(begun, Held):
                    return begun
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
    except TimeoutError:
        raise NotNow from None


def _deliver(delivery: Delivery, begun: Begun) -> None:
    mail = compose(delivery.kind, locale=begun.locale, first_name=begun.first_name)
    send(mail, to=begun.address, notification_id=delivery.notification_id)


async def _refused(delivery: Delivery, fault: MailRefused) -> Outcome:
    logger.warning("mail_refused", notification_id=delivery.notification_id, cause=str(fault))
    outcome = await in_worker(claims.fail, delivery, reason=claims.REFUSED, cause=str(fault), retryable=False)
    if outcome is None:
        raise fault
    return outcome


async def _stored(delivery: Delivery) -> Outcome:
    """The mail has left: a database that is away for a moment must not make it leave again."""
    for again in range(STORE_AGAIN):
        try:
            return await in_worker(claims.finish, delivery)
        except Error as fault:
            logger.warning("mail_not_stored", notification_id=delivery.notification_id, cause=type(fault).__name__)
            await asyncio.sleep(2**again / 4)
    return await in_worker(claims.finish, delivery)
