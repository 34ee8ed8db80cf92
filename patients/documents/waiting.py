"""Documents that wait for consent."""

from __future__ import annotations

from events import jobs
from patients.documents.steps import ANALYSIS, READING
from patients.models import Document, DocumentStatus, Patient


def resume_documents(patient: Patient) -> None:
    """Have the patient's waiting documents read and analyzed, now that they may be; in the consent's transaction.

    Their jobs ended when they were delivered without consent; those that did not end yet need nothing.
    """
    steps = {status: step for step in (READING, ANALYSIS) for status in (step.waiting, step.working)}
    waiting = Document.objects.filter(tenant_id=patient.tenant_id, patient=patient, status__in=steps)
    for document_id, status in waiting.values_list("pk", "status"):
        jobs.reopen(
            kind=steps[DocumentStatus(status)].job,
            tenant_id=patient.tenant_id,
            patient_id=patient.pk,
            body={"document_id": document_id},
        )
