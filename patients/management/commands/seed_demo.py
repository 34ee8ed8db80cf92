"""`manage.py seed_demo`: the demo's tenants, people and logins."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from curaway import context
from patients.demo import PATIENTS, POLICY_VERSION, TENANTS, DemoPatient
from patients.demo_logins import ensure_logins
from patients.intake import begin_intake
from patients.models import REQUIRED_PURPOSES, Patient, Tenant
from patients.services.consent import Decision, decide
from patients.services.registration import register_patient


class Command(BaseCommand):
    """Makes whatever of the demo is missing and touches nothing that is there."""

    help = "Make the demo's tenants, people and (with DEBUG on) admin logins, where they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        with context.serving(context.RequestContext(source_service="seed_demo")):
            made = sum(_made_tenants()) + sum(_made_patient(patient) for patient in PATIENTS)
        if made:
            self.stdout.write(f"Made {made} tenants and people of the demo.")
        if settings.ENVIRONMENT.DEBUG:
            for login in ensure_logins(settings.ENVIRONMENT.data_dir):
                self.stdout.write(
                    f"{login.name}: {settings.ENVIRONMENT.public_base_url}/admin/  "
                    f"user {login.name}  password {login.password}"
                )


def _made_tenants() -> list[bool]:
    return [Tenant.objects.get_or_create(id=tenant.id, defaults={**tenant._asdict()})[1] for tenant in TENANTS]


@transaction.atomic
def _made_patient(demo: DemoPatient) -> bool:
    """Recorded-only facts, so that the first thing a demo streams has position 1."""
    # Whoever was erased is not made again.
    if Patient.everyone.filter(tenant_id=demo.tenant_id, id=demo.id).exists():
        return False
    details = {**demo.details, "id": demo.id, "quarantined": demo.quarantined}
    patient = register_patient(tenant_id=demo.tenant_id, subject=demo.subject, details=details, welcome=False)
    if demo.consented:
        for purpose in REQUIRED_PURPOSES:
            decide(patient, Decision(purpose, granted=True, policy_version=POLICY_VERSION))
        begin_intake(patient)
    return True
