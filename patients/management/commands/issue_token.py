"""`manage.py issue_token`: a session token for development, without Clerk."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from curaway.identity import Role
from curaway.local.issuer import LocalIssuer
from patients.demo import SHARED
from patients.models import Patient, Tenant


class Command(BaseCommand):
    """Prints the token alone on the last line."""

    help = "Print a session token, signed with this machine's key. Only with DEBUG on and without Clerk."

    def add_arguments(self, parser: ArgumentParser) -> None:
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--patient", metavar="ID", help="the user of this patient, such as demo-patient-maria-001")
        who.add_argument("--coordinator", action="store_true", help="a coordinator of --tenant")
        who.add_argument("--org-admin", action="store_true", help="an administrator of --tenant")
        who.add_argument("--platform-admin", action="store_true", help="reads every tenant")
        who.add_argument("--subject", metavar="USER", help="a user without organisation, such as user_x")
        parser.add_argument("--tenant", default=SHARED, help=f"default: {SHARED}")
        parser.add_argument("--expires-in", type=int, default=3600, metavar="SECONDS", help="negative: already expired")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ENVIRONMENT.clerk_configured:
            raise CommandError("Clerk is configured: tokens come from Clerk, and this key is not trusted.")
        if not settings.ENVIRONMENT.DEBUG:
            raise CommandError("DEBUG is off: a token of this machine's key would not be trusted.")
        issuer = LocalIssuer(settings.ENVIRONMENT.data_dir)
        self.stdout.write(issuer.token(**_claims(options), expires_in=options["expires_in"]))


def _claims(options: dict[str, Any]) -> dict[str, Any]:
    if options["patient"]:
        return {"subject": _subject_of(options["patient"])}
    if options["subject"]:
        return {"subject": options["subject"]}
    if options["platform_admin"]:
        return {"subject": "user_demo_platform_admin", "platform_admin": True}
    role = Role.ADMIN if options["org_admin"] else Role.COORDINATOR
    organization = _organization_of(options["tenant"])
    return {
        "subject": f"user_demo_{role.removeprefix('org:')}_{organization}"[:100],
        "organization": organization,
        "role": role.value,
    }


def _subject_of(patient_id: str) -> str:
    # An operator's command, on a machine with DEBUG on: a patient is named without its tenant.
    patient = Patient.objects.filter(id=patient_id).first()
    if patient is None:
        raise CommandError("There is no such patient. `manage.py seed_demo` makes the demo's.")
    if patient.subject is None:
        raise CommandError("This patient was registered by a coordinator and has no user who could sign in.")
    return patient.subject


def _organization_of(tenant_id: str) -> str:
    tenant = Tenant.objects.filter(id=tenant_id).first()
    if tenant is None:
        raise CommandError("There is no such tenant. `manage.py seed_demo` makes the demo's.")
    return tenant.organization
