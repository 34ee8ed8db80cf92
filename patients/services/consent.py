"""Recording what a patient allows, and withdraws."""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction

from events.emit import emit_event
from events.registry import ConsentGranted, ConsentRevoked, EventType
from patients import queries
from patients.chat.welcome import welcome
from patients.documents.waiting import resume_documents
from patients.intake import update_intake
from patients.models import REQUIRED_PURPOSES, Consent, Patient, Purpose


class Decision(NamedTuple):
    """One purpose allowed or withdrawn, under the policy's version that was shown, and from where."""

    purpose: str
    granted: bool
    policy_version: str
    ip_address: str | None = None
    user_agent: str = ""


@transaction.atomic
def record_consent(*, tenant_id: str, patient_id: str, decision: Decision) -> Consent:
    """Keep the decision, which is never changed; the newest one of a purpose counts."""
    patient = queries.locked_patient(tenant_id, patient_id)
    consent = decide(patient, decision)
    if decision.granted and decision.purpose == Purpose.CLINICAL_DATA_PROCESSING:
        resume_documents(patient)
    update_intake(patient)
    if decision.granted and decision.purpose in REQUIRED_PURPOSES:
        welcome(patient)
    return consent


def decide(patient: Patient, decision: Decision) -> Consent:
    """The decision's row and fact, without what follows for the intake; in the caller's transaction."""
    consent = Consent.objects.create(patient=patient, tenant_id=patient.tenant_id, **decision._asdict())
    consent.refresh_from_db(fields=["created_at"])
    kind, fact = (
        (EventType.CONSENT_GRANTED, ConsentGranted) if decision.granted else (EventType.CONSENT_REVOKED, ConsentRevoked)
    )
    emit_event(
        kind,
        patient.tenant_id,
        patient.id,
        fact(consent_id=str(consent.id), purpose=decision.purpose, policy_version=decision.policy_version),
    )
    return consent
