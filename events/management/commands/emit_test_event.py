"""`manage.py emit_test_event`: record made-up events, to see a stream at work."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.grammar import REGISTRY
from events.models import StreamHead
from events.registry import JobKind
from events.sample_event import record_sample
from events.samples import sample


class Command(BaseCommand):
    help = "Record made-up events for a patient, through the same door as every other event."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--patient", required=True, help="The patient's id, e.g. demo-patient-maria-001.")
        parser.add_argument("--tenant", default="tenant-curaway-patients", help="Default: %(default)s.")
        parser.add_argument(
            "--type",
            default="intake_progress_updated",
            choices=REGISTRY,
            metavar="TYPE",
            help="An event type; default: %(default)s.",
        )
        parser.add_argument("--count", type=int, default=1, help="How many; default: %(default)s.")
        parser.add_argument(
            "--every",
            type=float,
            default=0.0,
            metavar="S",
            help="Seconds between them; default: %(default)s.",
        )

    def handle(self, *, patient: str, tenant: str, type: str, count: int, every: float, **_: Any) -> None:
        kind = REGISTRY[type]
        if set(sample(kind).jobs()) - {JobKind.NOTIFICATION}:
            raise CommandError(f"{type} causes jobs about a document that does not exist; choose another type.")
        if count < 1 or every < 0:
            raise CommandError("--count must be at least 1 and --every must not be negative.")
        self._check_known(tenant, patient)
        for number in range(count):
            if number and every:
                time.sleep(every)
            event = record_sample(type, tenant_id=tenant, patient_id=patient)
            self.stdout.write(
                f"{event.position if event.position is not None else '-':>6}  {event.event_type}  {event.id}"
            )

    @staticmethod
    def _check_known(tenant: str, patient: str) -> None:
        from events.models import Event

        # This layer knows patients only by what was recorded about them.
        known = StreamHead.objects.filter(tenant_id=tenant, patient_id=patient).exists()
        if not known and not Event.objects.filter(tenant_id=tenant, patient_id=patient).exists():
            raise CommandError(f"Nothing is recorded about {patient} in {tenant}; see --patient and --tenant.")
