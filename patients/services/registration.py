"""Registering a patient, and changing what they told us."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from events.emit import emit_event
from events.registry import EventType, PatientRegistered, PatientUpdated
from patients import queries
from patients.errors import PatientExists
from patients.intake import begin_intake, facts_of, progress, update_intake
from patients.models import Patient


@transaction.atomic
def register_patient(*, tenant_id: str, subject: str | None, details: dict[str, Any], welcome: bool = True) -> Patient:
    """Make a patient of the tenant; `subject` may see it as their own. Raises `PatientExists` for a second one.

    `details` are fields of `Patient`, validated by `schemas.Registration`. `welcome`: whether they get a mail.
    """
    try:
        with transaction.atomic():
            patient = Patient.objects.create(tenant_id=tenant_id, subject=subject, **details)
    except IntegrityError:
        # Of two registrations at once the database lets one through; the error's text quotes the row.
        raise PatientExists from None
    begin_intake(patient)
    emit_event(EventType.PATIENT_REGISTERED, tenant_id, patient.id, PatientRegistered(welcome=welcome))
    return patient


@transaction.atomic
def update_patient(*, tenant_id: str, patient_id: str, changes: dict[str, Any]) -> Patient:
    """Change the given fields; nothing is recorded when they have those values already."""
    patient = queries.locked_patient(tenant_id, patient_id)
    changed = [name for name, value in changes.items() if getattr(patient, name) != value]
    if not changed:
        return patient
    _, before = progress(facts_of(patient))
    for name in changed:
        setattr(patient, name, changes[name])
    patient.save(update_fields=[*changed, "updated_at"])
    emit_event(EventType.PATIENT_UPDATED, tenant_id, patient_id, PatientUpdated(changed=changed))
    update_intake(patient, before=before)
    return patient
