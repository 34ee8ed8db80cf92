"""`manage.py log_restored`: after a restore, tell everybody that the log is in another life."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import BaseCommand

from events.operations.restoring import begin_epoch


class Command(BaseCommand):
    help = (
        "Run this after the database was restored from a backup, and before traffic is let in. Positions after the "
        "backup's head will be given to other events than those that clients have heard; with a new epoch every "
        "client that resumes is told `reset` and begins anew, and streams that are still open end. See "
        "docs/runbook/backup-and-restore.md. Recorded as `log_epoch_begun`; doing it once too often costs every client "
        "a fresh start and nothing else."
    )

    def handle(self, **_: Any) -> None:
        epoch = begin_epoch(by=f"command:{getpass.getuser()}"[:100])
        self.stdout.write(f"The log's epoch is now {epoch}; clients that resume with another one begin anew.")
