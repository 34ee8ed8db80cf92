"""Changing who may see whose record; open streams hear of it at once and end."""

from __future__ import annotations

from functools import partial
from typing import Literal

from django.db import transaction
from django.utils import timezone

from events import wakeup
from events.emit import emit_event
from events.registry import AccessChanged, EventType
from patients.errors import PatientUnknown
from patients.models import Membership, Patient


def quarantine_patient(*, tenant_id: str, patient_id: str) -> None:
    """Stop every read, write and stream of the account; nothing happens when it is quarantined already."""
    _set_quarantine(tenant_id, patient_id, "quarantined")


def release_patient(*, tenant_id: str, patient_id: str) -> None:
    """End a quarantine; nothing happens where there is none."""
    _set_quarantine(tenant_id, patient_id, "released")


@transaction.atomic
def remove_member(*, tenant_id: str, subject: str) -> bool:
    """Refuse the member from now on, whatever tokens they still hold; False when there was nothing to remove."""
    removed = Membership.objects.filter(tenant_id=tenant_id, subject=subject, removed_at=None).update(
        removed_at=timezone.now()
    )
    if removed:
        emit_event(EventType.ACCESS_CHANGED, tenant_id, None, AccessChanged(change="member_removed", member=subject))
        _tell(tenant_id, None)
    return bool(removed)


@transaction.atomic
def _set_quarantine(tenant_id: str, patient_id: str, change: Literal["quarantined", "released"]) -> None:
    patient = Patient.objects.select_for_update(no_key=True).filter(tenant_id=tenant_id, id=patient_id).first()
    if patient is None:
        raise PatientUnknown
    wanted = change == "quarantined"
    if patient.quarantined == wanted:
        return
    patient.quarantined = wanted
    patient.save(update_fields=["quarantined", "updated_at"])
    emit_event(EventType.ACCESS_CHANGED, tenant_id, patient_id, AccessChanged(change=change))
    _tell(tenant_id, patient_id)


def _tell(tenant_id: str, patient_id: str | None) -> None:
    transaction.on_commit(partial(wakeup.ring, wakeup.AccessChanged(tenant_id, patient_id)))
