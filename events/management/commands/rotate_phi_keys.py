"""`manage.py rotate_phi_keys`: make everything depend on the current master key, so that the old one can go."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.sealing.master import master_keys
from events.sealing.progress import progress
from events.sealing.rotation import left, rotate


class Command(BaseCommand):
    help = (
        "Wrap patients' keys, and sign checkpoints, with the first of PHI_MASTER_KEYS. Put the new key first and keep "
        "the old one after it, restart the servers, run this, then take the old one out. The log is not touched. May "
        "be interrupted and run again. Exits with 1 when a row depends on a key that is not among them."
    )

    def handle(self, **_: Any) -> None:
        keys = master_keys()
        done = unusable = 0
        if not (rows := left(keys)):
            self.stdout.write("Nothing to do: every row depends on the current master key alone.")
            return
        with progress(rows, unit=" rows") as bar:
            for batch in rotate(keys):
                done, unusable = done + batch.done, unusable + batch.unusable
                bar.update(batch.done + batch.unusable)
        self.stdout.write(f"{done:,} rows now depend on the current master key alone.")
        if unusable:
            raise CommandError(f"{unusable:,} rows depend on a master key that is not in PHI_MASTER_KEYS.")
