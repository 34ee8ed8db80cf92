"""`manage.py schedule_sweep`: have QStash call the sweep, for installations whose servers may sleep."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from curaway.qstash import QueueRefused, QueueUnavailable
from curaway.schedules import SWEEP_PATH, schedule_sweep

EVERY_FIVE_MINUTES = "*/5 * * * *"


class Command(BaseCommand):
    help = (
        f"Create or change the QStash schedule that calls {SWEEP_PATH}, which publishes every job that is due. "
        "Running servers do that by themselves every few seconds; the schedule is for the time when none runs, "
        "since the call starts one. May be run again at any time: there is one schedule per address."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cron", default=EVERY_FIVE_MINUTES, help="When, in UTC; default: %(default)s.")

    def handle(self, *, cron: str, **_: Any) -> None:
        try:
            schedule = schedule_sweep(settings.ENVIRONMENT, cron=cron)
        except (QueueRefused, QueueUnavailable) as fault:
            raise CommandError(f"The queue did not take the schedule: {fault}") from None
        self.stdout.write(f"{schedule}: {cron} -> {settings.ENVIRONMENT.public_base_url}{SWEEP_PATH}")
