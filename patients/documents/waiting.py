"""Documents that wait for consent."""

from __future__ import annotations

from events import jobs
from events.registry import JobKind
from patients.models import Document, DocumentStatus, Patient


def resume_reading(patient: Patient) -> None:
    """Have the patient's waiting documents read, now that they may be; in the transaction of the consent.

    Their jobs ended when they were delivered without consent; those that did not end yet need nothing.
    """
    waiting = Document.objects.filter(patient=patient, status=DocumentStatus.UPLOADED)
    for document_id in waiting.values_list("pk", flat=True):
        jobs.reopen(
            kind=JobKind.DOCUMENT_PARSE,
            tenant_id=patient.tenant_id,
            patient_id=patient.pk,
            body={"document_id": document_id},
        )
