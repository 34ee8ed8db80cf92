"""A notification as it is stored."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class NotificationKind(models.TextChoices):
    """What a patient is written to about; the names of the templates."""

    WELCOME = "welcome"
    DOCUMENT_FAILED = "document_failed"
    MATCH_READY = "match_ready"


class NotificationStatus(models.TextChoices):
    """`pending` while its job is on the way; the others are ends."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class Notification(models.Model):
    """One mail to a patient. Its id is made of the fact that caused it, so a fact has one, however often its
    job comes.

    `about` is the id of the document or match. `claim` and `claimed_until` say which delivery is sending it.
    """

    id = models.CharField(primary_key=True, max_length=100)
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="notifications")
    tenant_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=30, choices=NotificationKind.choices)
    about = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=10, choices=NotificationStatus.choices, default=NotificationStatus.PENDING)
    retryable = models.BooleanField(default=False, help_text="Failed, but may be sent when published again.")
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=100, blank=True, help_text="The class of the last fault.")
    claim = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "patients"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "kind"], name="patients_notification_kind"),
        ]

    def __str__(self) -> str:
        return self.id
