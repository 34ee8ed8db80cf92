"""Notifications for tests: the facts that cause them, and what became of them."""

from __future__ import annotations

from typing import Any

from events import emit_event
from events.models import Event, Job
from patients.models import Notification, Patient
from tests.webhooks.documents import upload


def registered(patient: Patient) -> Job:
    """The job of the patient's welcome."""
    event = emit_event("patient_registered", patient.tenant_id, patient.id, {}, None, "corr-registered")
    return Job.objects.get(event=event)


def document_failed(patient: Patient, **fields: Any) -> Job:
    """The job of the notification about a document of the patient that has failed."""
    document = upload(patient, **{"status": "failed", "retryable": False, **fields})
    fact = {"document_id": document.id, "filename": document.filename, "reason": "It is broken.", "retryable": False}
    event = emit_event("document_failed", patient.tenant_id, patient.id, fact, None, "corr-failed")
    return Job.objects.get(event=event)


def stored(job: Job) -> Notification:
    return Notification.objects.get(pk=job.body["notification_id"])


def told(patient: Patient) -> list[tuple[str, dict[str, Any]]]:
    """What is recorded of the patient's notifications, in order."""
    events = Event.objects.filter(patient_id=patient.pk, event_type__startswith="notification_")
    return [(event.event_type, event.payload) for event in events.order_by("created_at")]
