"""`manage.py sweep_jobs`: publish everything that is due, once, without a running server."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from curaway.qstash import QStashPublisher
from events.relay import Relay


class Command(BaseCommand):
    help = (
        "Publish every job that is due to the queue, once: those that wait, and those that were published "
        "and never came back. Servers do the same by themselves every few seconds. Exits with 1 when the "
        "queue did not take all of them; those stay due and are tried again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        outcomes = asyncio.run(sweep())
        self.stdout.write(
            f"{outcomes['published']} published, {outcomes['put off']} put off, {outcomes['refused']} refused"
        )
        if outcomes["put off"] or outcomes["refused"]:
            raise CommandError("The queue did not take every job: see the log above for the reasons.")


async def sweep() -> Counter[str]:
    publisher = QStashPublisher.of(settings.ENVIRONMENT)
    try:
        return await Relay(publisher).publish_due(timezone.now())
    finally:
        await publisher.aclose()
