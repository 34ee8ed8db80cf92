"""Who sends a notification: one delivery of its job at a time, and one mail for all of them together.

Every function here is one short transaction: it locks the patient, then the notification, and emits last. The
mail leaves between two of them, so a process that dies after the mail left and before that was stored makes it
leave again: in that window, and only there, it is at least once instead of exactly once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from events import jobs
from events.emit import emit_event
from events.models import JobStatus
from events.registry import EventType, NotificationFailed, NotificationSent
from patients.documents.deliveries import Outcome, PatientErased
from patients.models import Document, DocumentStatus, Match, Patient
from patients.notifications.deliveries import Delivery
from patients.notifications.models import Notification, NotificationKind, NotificationStatus
from patients.notifications.sending import is_set_up

CLAIM = timedelta(minutes=2)
"""How long a delivery has the notification to itself: longer than any sending, so it need not renew."""

NO_ADDRESS = "the patient has no e-mail address"
NO_SERVER = "no mail server is set up"
REFUSED = "the mail was refused for this address"
GIVEN_UP = "every try to send it has failed"


class Held(NamedTuple):
    """Another delivery is sending it; ask again."""


class Begun(NamedTuple):
    """The notification is this delivery's to send."""

    address: str
    first_name: str
    locale: str


@transaction.atomic
def begin(delivery: Delivery, *, now: datetime) -> Begun | Held | Outcome:
    """Take the notification for this delivery, unless it is sent, being sent, or not to be sent."""
    patient, stored = _locked(delivery)
    if _has_ended(delivery, stored):
        return _settled(delivery, stored)
    if stored.claimed_until is not None and stored.claimed_until > now:
        return Held()
    if patient.quarantined or not _is_still_true(stored):
        return _skipped(delivery, stored)
    missing = None if patient.email else NO_ADDRESS
    missing = missing or (None if is_set_up() else NO_SERVER)
    if missing is not None:
        return _skipped(delivery, stored, reason=missing)
    stored.status, stored.attempts = NotificationStatus.PENDING, stored.attempts + 1
    stored.claim, stored.claimed_until = delivery.claim, now + CLAIM
    stored.save()
    return Begun(patient.email, patient.first_name, patient.locale)


@transaction.atomic
def finish(delivery: Delivery) -> Outcome:
    """Store that the mail has left. It has, even if another delivery took over in the meantime."""
    _, stored = _locked(delivery)
    if stored.status == NotificationStatus.SENT:
        return _settled(delivery, stored)
    stored.sent_at = timezone.now()
    _end(delivery, stored, NotificationStatus.SENT, JobStatus.DONE)
    sent = NotificationSent(notification_id=stored.pk, kind=stored.kind)
    emit_event(EventType.NOTIFICATION_SENT, stored.tenant_id, stored.patient_id, sent)
    return Outcome.DONE


@transaction.atomic
def fail(delivery: Delivery, *, reason: str, cause: str, retryable: bool) -> Outcome | None:
    """Store that the mail can't be sent, and why. An outcome: it has ended otherwise in the meantime."""
    _, stored = _locked(delivery)
    if stored.status != NotificationStatus.PENDING:
        return _settled(delivery, stored)
    stored.last_error, stored.retryable = cause, retryable
    _end(delivery, stored, NotificationStatus.FAILED, JobStatus.FAILED)
    _emit_failed(stored, reason, retryable=retryable)
    return None


def release(delivery: Delivery, *, cause: str) -> None:
    """Give the claim back, if it is still this delivery's, so that the next one can begin at once."""
    own = Notification.objects.filter(tenant_id=delivery.tenant_id, pk=delivery.notification_id)
    own.filter(claim=delivery.claim).update(claim=None, claimed_until=None, last_error=cause)


def is_being_sent(delivery: Delivery, *, now: datetime) -> bool:
    """Whether some delivery has it now."""
    own = Notification.objects.filter(tenant_id=delivery.tenant_id, pk=delivery.notification_id)
    return own.filter(claimed_until__gt=now).exists()


def _locked(delivery: Delivery) -> tuple[Patient, Notification]:
    owned = {"pk": delivery.patient_id, "tenant_id": delivery.tenant_id}
    patient = Patient.objects.select_for_update(no_key=True).filter(**owned).first()
    if patient is None:
        raise PatientErased
    stored, _ = Notification.objects.select_for_update(no_key=True).get_or_create(
        pk=delivery.notification_id,
        tenant_id=delivery.tenant_id,
        defaults={"patient": patient, "kind": delivery.kind, "about": delivery.about},
    )
    return patient, stored


def _has_ended(delivery: Delivery, stored: Notification) -> bool:
    """A mail that could not be sent for now has not, once its job was published again."""
    if stored.status == NotificationStatus.FAILED and stored.retryable:
        return delivery.job_id is None or not jobs.is_open(delivery.job_id)
    return stored.status != NotificationStatus.PENDING


def _is_still_true(stored: Notification) -> bool:
    """Whether there is still a reason to write: what was read after all is not to be complained about."""
    owned = {"patient_id": stored.patient_id, "tenant_id": stored.tenant_id}
    if stored.kind == NotificationKind.WELCOME:
        greeted = Notification.objects.filter(kind=NotificationKind.WELCOME, status=NotificationStatus.SENT, **owned)
        return not greeted.exists()
    if not stored.about:
        return True
    if stored.kind == NotificationKind.DOCUMENT_FAILED:
        return Document.objects.filter(pk=stored.about, status=DocumentStatus.FAILED, **owned).exists()
    return Match.objects.filter(pk=stored.about, **owned).exists()


def _settled(delivery: Delivery, stored: Notification) -> Outcome:
    failed = stored.status == NotificationStatus.FAILED
    _finish_job(delivery, JobStatus.FAILED if failed else JobStatus.DONE)
    return Outcome.DUPLICATE


def _skipped(delivery: Delivery, stored: Notification, *, reason: str | None = None) -> Outcome:
    _end(delivery, stored, NotificationStatus.SKIPPED, JobStatus.DONE)
    if reason is not None:
        _emit_failed(stored, reason, retryable=False)
    return Outcome.SKIPPED


def _end(delivery: Delivery, stored: Notification, status: NotificationStatus, job: JobStatus) -> None:
    stored.status, stored.claim, stored.claimed_until = status, None, None
    stored.save()
    _finish_job(delivery, job)


def _emit_failed(stored: Notification, reason: str, *, retryable: bool) -> None:
    failed = NotificationFailed(notification_id=stored.pk, kind=stored.kind, reason=reason, retryable=retryable)
    emit_event(EventType.NOTIFICATION_FAILED, stored.tenant_id, stored.patient_id, failed)


def _finish_job(delivery: Delivery, status: JobStatus) -> None:
    if delivery.job_id is not None:
        jobs.finish(delivery.job_id, status)
