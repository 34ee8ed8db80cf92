"""An access record as it is stored."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class Ending(models.TextChoices):
    """Why a stream ended: the `done` it was told, or that nobody could be told."""

    IDLE = "idle"
    TIMEOUT = "timeout"
    DRAINING = "draining"
    DISABLED = "disabled"
    REVOKED = "revoked"
    LAGGING = "lagging"
    CLIENT = "client", "Client went away"
    ERROR = "error"
    PROCESS_ENDED = "process_ended", "Process ended"


class AccessRecord(models.Model):
    """One stream that somebody had open. Written when it opens, completed once when it ends; the database refuses any
    other change, and that a row is deleted.

    `position_from` is where it went on from; `position_to` the last position it sent, null while it is open and when
    its process died, which then told nobody. `reason` is empty while it is open. `process` is the id under which the
    process tells of itself, `process_name` its machine and number there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_id = models.CharField(max_length=100)
    patient_id = models.CharField(max_length=100)
    actor_id = models.CharField(max_length=100, help_text="The token's subject.")
    role = models.CharField(max_length=50)
    correlation_id = models.CharField(max_length=100)
    process = models.UUIDField()
    process_name = models.CharField(max_length=200)
    position_from = models.BigIntegerField()
    position_to = models.BigIntegerField(null=True, blank=True)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=20, blank=True, choices=Ending.choices)

    class Meta:
        app_label = "events"
        db_table = "events_accessrecord"
        default_permissions = ("view",)
        ordering: ClassVar[list[str]] = ["-opened_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-opened_at", "-id"], name="events_access_newest_first"),
            models.Index(fields=["patient_id", "-opened_at"], name="events_access_patient"),
            models.Index(fields=["actor_id", "-opened_at"], name="events_access_actor"),
            models.Index(fields=["process"], name="events_access_open", condition=models.Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} at {self.tenant_id}/{self.patient_id}"
