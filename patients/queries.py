"""Reading patients and what belongs to them, always by tenant and patient."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.utils import timezone

from patients.errors import ConsentMissing, PatientQuarantined, PatientUnknown
from patients.models import Consent, Document, DocumentStatus, Patient


def patient(tenant_id: str, patient_id: str) -> Patient | None:
    return Patient.objects.filter(tenant_id=tenant_id, id=patient_id).first()


def locked_patient(tenant_id: str, patient_id: str) -> Patient:
    """The patient, locked until the transaction ends; raises when it is gone or quarantined by now.

    Lock the patient before the first event of the transaction: whoever does it the other way round waits for
    us while we wait for them.
    """
    found = Patient.objects.select_for_update(no_key=True).filter(tenant_id=tenant_id, id=patient_id).first()
    if found is None:
        raise PatientUnknown
    if found.quarantined:
        raise PatientQuarantined
    return found


def is_erased(tenant_id: str, patient_id: str) -> bool:
    """Whether there was such a patient, and they were erased."""
    return Patient.everyone.filter(tenant_id=tenant_id, id=patient_id).exclude(erased_at=None).exists()


def decisions(of: Patient) -> dict[str, Consent]:
    """The newest decision per purpose; purposes never decided on are absent."""
    newest = (
        Consent.objects.filter(tenant_id=of.tenant_id, patient_id=of.id).order_by("purpose", "-id").distinct("purpose")
    )
    return {consent.purpose: consent for consent in newest}


def granted(of: Patient) -> frozenset[str]:
    """The purposes that are granted now."""
    now = timezone.now()
    return frozenset(purpose for purpose, decision in decisions(of).items() if decision.holds_at(now))


def require_consent(of: Patient, needs: Collection[str]) -> None:
    """Raise `ConsentMissing`, naming the purpose, unless every one of `needs` is granted."""
    if not needs:
        return
    given = granted(of)
    for purpose in needs:
        if purpose not in given:
            raise ConsentMissing(reason=str(purpose))


def documents(tenant_id: str, patient_id: str) -> QuerySet[Document]:
    """The patient's confirmed documents, newest last, without their text."""
    return (
        Document.objects.filter(~Q(status=DocumentStatus.EXPECTED), tenant_id=tenant_id, patient_id=patient_id)
        .defer("pages")
        .order_by("created_at", "id")
    )


def analyzed_documents(of: Patient) -> int:
    return Document.objects.filter(tenant_id=of.tenant_id, patient_id=of.id, status=DocumentStatus.ANALYZED).count()
