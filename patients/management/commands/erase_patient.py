"""`manage.py erase_patient`: erase a person (GDPR, Article 17) and print the certificate."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from events.sealing.progress import progress
from patients.erasure.certificate import as_json, as_text
from patients.erasure.erase import Asked, erase_patient
from patients.erasure.files import delete_files, remaining
from patients.erasure.models import Erasure
from patients.errors import PatientUnknown


class Command(BaseCommand):
    help = (
        "Erase a patient for good: destroys the key of what the log says of them, deletes their documents, clinical "
        "record, matches, mails and kept answers, ends their streams, and prints a certificate. The log stays whole: "
        "`verify_events` still passes. Erasing again changes nothing and prints the same certificate. Exits with 1 "
        "when files could not be deleted yet; servers try again by themselves."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, help="The patient's tenant.")
        parser.add_argument("--patient", required=True, help="The patient's id.")
        parser.add_argument("--reason", required=True, help="Why, in up to 200 characters that name nobody.")
        parser.add_argument("--operator", help="Who erases; default: the user of this machine.")
        parser.add_argument("--json", action="store_true", help="The certificate as JSON.")
        parser.add_argument("--certificate", type=Path, metavar="FILE", help="Write it into this file as well.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, **options: Any) -> None:
        if not 0 < len(options["reason"]) <= 200:
            raise CommandError("--reason must have 1 to 200 characters.")
        _try(options["certificate"])
        if not options["yes"]:
            self._ask(options["patient"])
        operator = (options["operator"] or f"command:{getpass.getuser()}")[:100]
        try:
            erasure = erase_patient(Asked(options["tenant"], options["patient"], operator, options["reason"]))
        except PatientUnknown:
            raise CommandError(f"There is no patient {options['patient']} in {options['tenant']}.") from None
        self._delete_files(erasure)
        written = as_json(erasure) if options["json"] else as_text(erasure)
        self.stdout.write(written)
        if options["certificate"]:
            options["certificate"].write_text(f"{written}\n")
        if left := remaining(erasure):
            raise CommandError(f"{left} files are still to be deleted; servers try again every minute.")

    def _ask(self, patient_id: str) -> None:
        self.stderr.write(f"This can't be undone. Type {patient_id} to erase them:")
        try:
            typed = input()
        except EOFError:
            raise CommandError("Nothing was erased: there is nobody to ask. --yes erases without asking.") from None
        if typed != patient_id:
            raise CommandError("Nothing was erased.")

    @staticmethod
    def _delete_files(erasure: Erasure) -> None:
        with progress(remaining(erasure), unit=" files") as bar:
            for _ in delete_files(erasure):
                bar.update()


def _try(file: Path | None) -> None:
    """Raise `CommandError` unless the certificate can be written there: afterwards it would be too late."""
    if file is None:
        return
    is_new = not file.exists()
    try:
        file.open("a").close()
        if is_new:
            file.unlink()
    except OSError as fault:
        raise CommandError(f"Nothing was erased: {file} can't be written: {fault.strerror}.") from None
