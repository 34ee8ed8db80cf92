"""A delivery of the job `notification`: which one it is, about whom, and which job, by our own rows."""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

from django.db import transaction

from curaway.context import new_correlation_id
from events import jobs
from events.grammar import NOTIFIED_ABOUT
from events.models import Job
from events.registry import JobKind
from patients import queries
from patients.documents.deliveries import PatientErased
from patients.models import Patient
from patients.notifications.models import Notification, NotificationKind

BY_HAND = uuid.UUID("6f1c4a1e-9d0b-5f3e-8a57-0c2c7f0d9b41")


class NotificationUnknown(Exception):
    """No fact has caused such a notification, or there is none of this kind."""


class PatientUnknown(Exception):
    """There is no such patient."""


class Asked(NamedTuple):
    """What a message says: which notification, or of which kind, to whom and about what."""

    notification_id: str | None = None
    kind: str | None = None
    patient_id: str | None = None
    about: str = ""
    job_id: uuid.UUID | None = None
    correlation_id: str | None = None


class Delivery(NamedTuple):
    """One delivery; `claim` is the name under which it takes the notification for itself."""

    notification_id: str
    kind: str
    patient_id: str
    tenant_id: str
    about: str
    correlation_id: str
    job_id: uuid.UUID | None
    claim: uuid.UUID


@transaction.atomic
def receive(asked: Asked) -> Delivery:
    """Note that a delivery came; raises `NotificationUnknown`, `PatientUnknown` or `PatientErased`."""
    found = _by_id(asked.notification_id) if asked.notification_id else _by_kind(asked)
    if found.kind not in NotificationKind.values:
        raise NotificationUnknown
    job = jobs.find(
        job_id=asked.job_id,
        kind=JobKind.NOTIFICATION,
        tenant_id=found.tenant_id,
        patient_id=found.patient_id,
        body={"notification_id": found.pk},
    )
    if job is not None:
        jobs.delivered(job)
    return Delivery(
        notification_id=found.pk,
        kind=found.kind,
        patient_id=found.patient_id,
        tenant_id=found.tenant_id,
        about=found.about,
        correlation_id=asked.correlation_id or _correlation_of(job) or new_correlation_id(),
        job_id=job,
        claim=uuid.uuid4(),
    )


def delivery_of(job: Job) -> Delivery:
    """What a delivery of this job would be; nothing is noted of it."""
    wanted = _of(job)
    return Delivery(
        notification_id=wanted.pk,
        kind=wanted.kind,
        patient_id=wanted.patient_id,
        tenant_id=wanted.tenant_id,
        about=wanted.about,
        correlation_id=job.correlation_id,
        job_id=job.pk,
        claim=uuid.uuid4(),
    )


def _by_id(notification_id: str) -> Notification:
    """What our rows say of it, whatever else the message says: it was tried before, or its job is there."""
    stored = Notification.objects.filter(pk=notification_id).first()
    if stored is not None:
        return stored
    event_id = _event_in(notification_id)
    job = event_id and Job.objects.filter(event_id=event_id, kind=JobKind.NOTIFICATION).first()
    if not job:
        raise NotificationUnknown
    return _of(job)


def _by_kind(asked: Asked) -> Notification:
    """Asked for by hand: the one that a fact caused, if there is one, so that it is sent once; else one of its own."""
    patient = Patient.everyone.filter(pk=asked.patient_id).first()
    if patient is None:
        raise PatientUnknown
    if patient.erased_at is not None:
        raise PatientErased
    wanted = Job.objects.filter(
        tenant_id=patient.tenant_id, patient_id=patient.pk, kind=JobKind.NOTIFICATION, body__kind=asked.kind
    )
    for job in wanted.order_by("-created_at", "-id"):
        if not asked.about or asked.about == _about(job.body):
            return _of(job)
    own = uuid.uuid5(BY_HAND, f"{patient.pk}/{asked.kind}/{asked.about}")
    return Notification(
        pk=f"ntf_{own.hex}", patient=patient, tenant_id=patient.tenant_id, kind=asked.kind or "", about=asked.about
    )


def _of(job: Job) -> Notification:
    if not Patient.objects.filter(pk=job.patient_id, tenant_id=job.tenant_id).exists():
        raise PatientErased if queries.is_erased(job.tenant_id, job.patient_id) else PatientUnknown
    return Notification(
        pk=str(job.body.get("notification_id", "")),
        patient_id=job.patient_id,
        tenant_id=job.tenant_id,
        kind=str(job.body.get("kind", "")),
        about=_about(job.body),
    )


def _about(body: dict[str, Any]) -> str:
    return next((str(body[name]) for name in NOTIFIED_ABOUT if body.get(name)), "")


def _event_in(notification_id: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(notification_id.removeprefix("ntf_"))
    except ValueError:
        return None


def _correlation_of(job_id: uuid.UUID | None) -> str | None:
    return Job.objects.filter(pk=job_id).values_list("correlation_id", flat=True).first() if job_id else None
