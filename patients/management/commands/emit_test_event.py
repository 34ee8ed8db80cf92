"""`manage.py emit_test_event`: record made-up events, to see a stream at work."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from events.grammar import REGISTRY
from events.models import Event
from events.registry import JobKind, streamed_types
from events.samples import sample
from patients.demo import SHARED
from patients.errors import PatientQuarantined, PatientUnknown
from patients.services.sample_event import record_sample


class Command(BaseCommand):
    help = (
        "Record made-up events for a patient, through the same door as every other event. Nothing that is recorded can "
        "be deleted: with DEBUG off it has to be confirmed, and must be something that streams; the rest are facts for "
        "auditors, which must be true."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--patient", required=True, help="The patient's id, e.g. demo-patient-maria-001.")
        parser.add_argument("--tenant", default=SHARED, help="Default: %(default)s.")
        parser.add_argument(
            "--type",
            default="intake_progress_updated",
            choices=[str(name) for name in REGISTRY],
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
        parser.add_argument("--yes", action="store_true", help="Also with DEBUG off.")

    def handle(self, *, patient: str, tenant: str, count: int, every: float, **options: Any) -> None:
        _refuse(options["type"], yes=options["yes"])
        if count < 1 or every < 0:
            raise CommandError("--count must be at least 1 and --every must not be negative.")
        for number in range(count):
            if number and every:
                time.sleep(every)
            event = _recorded(options["type"], tenant, patient)
            self.stdout.write(f"{event.position or '-':>6}  {event.event_type}  {event.id}")


def _refuse(event_type: str, *, yes: bool) -> None:
    if set(sample(REGISTRY[event_type]).jobs()) - {JobKind.NOTIFICATION}:
        raise CommandError(f"{event_type} causes jobs about a document that does not exist; choose another type.")
    if settings.ENVIRONMENT.DEBUG:
        return
    if not yes:
        raise CommandError("DEBUG is off, and what is recorded can never be deleted: --yes records it all the same.")
    if event_type not in streamed_types():
        raise CommandError(f"DEBUG is off, and auditors rely on {event_type}: choose a type that streams.")


def _recorded(event_type: str, tenant: str, patient: str) -> Event:
    try:
        return record_sample(event_type, tenant_id=tenant, patient_id=patient)
    except PatientUnknown:
        raise CommandError(f"There is no patient {patient} in {tenant}; see --patient and --tenant.") from None
    except PatientQuarantined:
        raise CommandError(f"{patient} is quarantined: nothing is recorded about them.") from None
