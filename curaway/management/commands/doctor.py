"""`manage.py doctor`: what an installation suffers from, and what to do about it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from curaway.doctor.examination import Examination, Watched
from curaway.doctor.report import as_json, as_text, is_well
from curaway.local.issuer import LocalIssuer
from patients.demo import PATIENTS, SHARED
from patients.models import Patient


class Command(BaseCommand):
    """Exit code 1 when something fails."""

    help = (
        "Look at keys, clocks, flags, wake-ups, migrations and the database, and watch a stream through its public "
        "address: which layer buffers, compresses or cuts it. Changes nothing. Exits with 1 when something fails."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="", help="the server as browsers reach it; default: PUBLIC_BASE_URL")
        parser.add_argument(
            "--direct", default="", metavar="URL", help="the same server without its proxies, to tell who is at fault"
        )
        parser.add_argument("--patient", default="", metavar="ID", help="whose stream to watch")
        parser.add_argument("--tenant", default=SHARED, help="the patient's tenant; default: %(default)s")
        parser.add_argument(
            "--token-file", metavar="FILE", help="holds a session token, `-` for standard input; not in development"
        )
        parser.add_argument(
            "--watch",
            type=float,
            metavar="SECONDS",
            help="how long to watch; default: two heartbeats and a little; 310 outlives every stream",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, **options: Any) -> None:
        environment = settings.ENVIRONMENT
        examination = Examination(
            environment,
            (options["url"] or environment.public_base_url).rstrip("/"),
            watched=_watched(options),
            direct=options["direct"].rstrip("/"),
            watch_seconds=options["watch"],
        )
        findings = list(examination.findings())
        self.stdout.write(as_json(findings) if options["json"] else as_text(findings))
        if not is_well(findings):
            sys.exit(1)


def _watched(options: dict[str, Any]) -> Watched | None:
    """Whose stream, with whose token; in development a token is made here, for a demo patient unless one is named."""
    if options["token_file"]:
        if not options["patient"]:
            raise CommandError("--token-file needs --patient: whose stream is watched with it?")
        return Watched(options["patient"], _headers(_read(options["token_file"]), options["tenant"]))
    environment = settings.ENVIRONMENT
    if environment.clerk_configured or not environment.DEBUG:
        return None
    patient_id = options["patient"] or PATIENTS[0].id
    try:
        patient = Patient.objects.filter(tenant_id=options["tenant"], id=patient_id).first()
    except Error:
        # The examination finds that out too, and says it.
        return None
    if patient is None or patient.subject is None:
        return None
    return Watched(patient_id, _headers(LocalIssuer(environment.data_dir).token(patient.subject), options["tenant"]))


def _headers(token: str, tenant: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "X-Tenant-ID": tenant}


def _read(name: str) -> str:
    try:
        return (sys.stdin.read() if name == "-" else Path(name).read_text()).strip()
    except OSError as problem:
        raise CommandError(f"--token-file cannot be read: {problem.strerror}") from None
