"""Erasing a patient: one transaction, after which the log is whole and the person gone from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from events import wakeup
from events.emit import emit_event
from events.models import Event, Job, JobStatus
from events.registry import EventType, PatientErased
from events.sealing import destruction, keys
from patients.documents.storage import storage
from patients.documents.upload_url import LIFETIME
from patients.erasure.answers import forget_answers
from patients.erasure.models import ErasedFile, Erasure, new_erasure_id
from patients.errors import PatientUnknown
from patients.models import Consent, Document, FhirResource, Match, Notification, Patient, WriteCount

CANCELLED = "the patient was erased"

UPLOADING = timedelta(hours=1)
"""How long an upload may still take that was begun in an address's last second: a bucket asks when it begins, and keeps
what has come when it ends."""

BLANK: Mapping[str, Any] = {
    "subject": None,
    "first_name": "",
    "last_name": "",
    "email": "",
    "phone": "",
    "date_of_birth": None,
    "sex": "",
    "country": "",
    "locale": "en",
    "procedure_interest": "",
    "preferences": {},
    "intake_progress": 0.0,
    "quarantined": False,
}
"""What is left in a patient's row."""


class Asked(NamedTuple):
    """Whom to erase, by whom and why; `reason` must not name the person."""

    tenant_id: str
    patient_id: str
    operator: str
    reason: str


@transaction.atomic
def erase_patient(asked: Asked) -> Erasure:
    """Destroy the patient's key, delete what is kept of them, and record that; their streams end.

    Erasing twice changes nothing and returns the first erasure. Raises `PatientUnknown`. The bytes of their documents
    are deleted after the commit (`files.delete_files`; what fails is tried again by any server).
    """
    owned = {"tenant_id": asked.tenant_id, "id": asked.patient_id}
    patient = Patient.everyone.select_for_update(no_key=True).filter(**owned).first()
    if patient is None:
        raise PatientUnknown
    if patient.erased_at is not None:
        return Erasure.objects.get(patient=patient, tenant_id=asked.tenant_id)
    return _erased(patient, asked, timezone.now())


def _erased(patient: Patient, asked: Asked, now: datetime) -> Erasure:
    erasure = Erasure(id=new_erasure_id(), patient=patient, tenant_id=patient.tenant_id, erased_at=now)
    erasure.operator, erasure.reason = asked.operator, asked.reason
    erasure.link_before, erasure.hash_before = destruction.chain_head(patient.tenant_id, patient.pk)
    files = _files(patient, erasure, now)
    erasure.counts = _take_away(patient, [file.document_id for file in files])
    for name, value in BLANK.items():
        setattr(patient, name, value)
    patient.erased_at = now
    patient.save()
    event = emit_event(
        EventType.PATIENT_ERASED,
        patient.tenant_id,
        patient.pk,
        PatientErased(erasure_id=erasure.pk, **erasure.counts),
        actor_id=asked.operator,
    )
    destruction.destroy_key(patient.tenant_id, patient.pk)
    erasure.event_id, erasure.link_after, erasure.hash_after = event.pk, event.link, bytes(event.hash).hex()
    erasure.save(force_insert=True)
    ErasedFile.objects.bulk_create(files)
    transaction.on_commit(partial(keys.forget, patient.tenant_id, patient.pk))
    transaction.on_commit(partial(wakeup.ring, wakeup.AccessChanged(patient.tenant_id, patient.pk)))
    return erasure


def _files(patient: Patient, erasure: Erasure, now: datetime) -> list[ErasedFile]:
    """The files of the patient's documents. Where bytes go straight into a bucket, an address may outlive them."""
    lifetime = LIFETIME + UPLOADING if storage().is_remote else timedelta()
    documents = Document.objects.filter(tenant_id=patient.tenant_id, patient_id=patient.pk).defer("pages")
    return [
        ErasedFile(
            document_id=document.pk,
            erasure=erasure,
            storage_key=document.storage_key,
            due_at=now,
            final_at=document.created_at + lifetime,
        )
        for document in documents
    ]


def _take_away(patient: Patient, document_ids: list[str]) -> dict[str, int]:
    """Delete what is kept of the patient beside the log; how much of each there was."""
    owned = {"tenant_id": patient.tenant_id, "patient_id": patient.pk}
    consents = Consent.objects.filter(**owned)
    events = Event.objects.filter(**owned)
    counts = {
        "events": events.count(),
        "sealed": destruction.sealed_events(patient.tenant_id, patient.pk),
        "answers": forget_answers(patient, mentions=[patient.pk, *document_ids]),
        "cancelled_jobs": _cancel_jobs(patient),
        "consents": consents.update(ip_address=None, user_agent=""),
        "resources": _delete_resources(patient),
        "documents": Document.objects.filter(**owned).delete()[0],
        "matches": Match.objects.filter(**owned).delete()[0],
        "notifications": Notification.objects.filter(**owned).delete()[0],
    }
    WriteCount.objects.filter(subject=patient.subject).delete()
    return counts


def _cancel_jobs(patient: Patient) -> int:
    on_the_way = Job.objects.filter(
        tenant_id=patient.tenant_id,
        patient_id=patient.pk,
        status__in=[JobStatus.WAITING, JobStatus.PUBLISHED],
    )
    return on_the_way.update(status=JobStatus.FAILED, finished_at=timezone.now(), last_error=CANCELLED)


def _delete_resources(patient: Patient) -> int:
    # Resources point at each other, which the ORM takes for a reason to keep them all.
    with connection.cursor() as sql:
        table = FhirResource._meta.db_table
        sql.execute(
            f"DELETE FROM {table} WHERE tenant_id = %s AND patient_id = %s",  # noqa: S608 - our own table
            [patient.tenant_id, patient.pk],
        )
        count: int = sql.rowcount
        return count
