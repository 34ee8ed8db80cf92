"""Tampering with the log as somebody who owns the database could: the triggers are off, and then it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from events.sealing.chains import chains, findings
from events.sealing.finding import Finding
from events.sealing.master import master_keys


class Undo(Exception):
    pass


class Tamperer:
    """Plain SQL without the log's rules, and what verification says of it."""

    def __init__(self, patient: Any) -> None:
        self._patient = patient

    def run(self, statement: str, **values: Any) -> None:
        """`statement` on the patient's rows: `%(patient)s` is their id."""
        with connection.cursor() as sql:
            sql.execute(statement, {"patient": self._patient.id, **values})

    def found(self) -> list[Finding]:
        wanted = chains(tenant_id=self._patient.tenant_id, patient_id=self._patient.id)
        return [one for _, found in findings(wanted, kept={}, keys=master_keys()) for one in found]

    def says(self) -> list[tuple[str, int, int]]:
        return [(str(finding.kind), finding.first, finding.last) for finding in self.found()]


@contextmanager
def tampering(patient: Any) -> Iterator[Tamperer]:
    """In one transaction that is rolled back: the log of the other tests stays whole."""
    try:
        with transaction.atomic():
            with connection.cursor() as sql:
                # What ALTER TABLE events DISABLE TRIGGER ALL does, for this transaction and nobody else.
                sql.execute("SET LOCAL session_replication_role = replica")
            yield Tamperer(patient)
            raise Undo
    except Undo:
        pass
