"""Taking a message's findings into the clinical record; says whether it said anything new."""

from __future__ import annotations

from datetime import datetime

from patients.clinical.findings import Finding, Findings
from patients.models import Patient, Source
from patients.record.analysis import Told
from patients.record.keeping import keep
from patients.record.merge import merge
from patients.record.queries import live, statement_of
from patients.record.statements import Origin, new_resource_id, said, statement


def record_findings(patient: Patient, findings: Findings, *, message_id: str, locale: str, now: datetime) -> bool:
    """Keep what the message says and record the facts of it, in the caller's transaction, on the locked patient;
    nothing at all when the record has it already. The intake is the caller's to update."""
    origin = Origin(Source.CHAT, message_id)
    told = [(new_resource_id(), finding) for finding in said(findings)]
    known = [statement_of(row) for row in live(patient).defer("body")]
    if not told or not merge(known, [statement(one, id=id, origin=origin, now=now) for id, one in told]).added:
        return False
    keep(patient, [_told(id, one, patient, locale) for id, one in told], origin=origin, now=now)
    return True


def _told(id: str, finding: Finding, patient: Patient, locale: str) -> Told:
    # Imported late: FHIR's schemas are large, and most messages hold no finding.
    from patients.clinical.fhir import resources

    (body,) = resources(
        Findings((finding,)), patient_id=patient.id, document_id=None, locale=locale, new_id=lambda _: id
    )
    return Told(id, finding, body)
