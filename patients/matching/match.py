"""A match as it is stored."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now


def new_match_id() -> str:
    return f"mat_{secrets.token_hex(12)}"


class MatchStatus(models.TextChoices):
    """`requested` while it is being made, and no patient has two of those; the others are ends."""

    REQUESTED = "requested"
    COMPLETED = "completed"
    FAILED = "failed"
    GATED = "gated"


class Match(models.Model):
    """One search for providers for a patient, from the request to its answer.

    `stage` and `providers` are what the last event said. `claimed_until` is how long whoever makes it has it to
    themself; when it has passed, they are gone, and anybody may end the match. `request_key` is the
    idempotency key it was asked for with, hashed. `results` is what it is answered with, besides these.
    """

    id = models.CharField(primary_key=True, max_length=100, default=new_match_id)
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="matches")
    tenant_id = models.CharField(max_length=100)
    status = models.CharField(max_length=20, choices=MatchStatus.choices, default=MatchStatus.REQUESTED)
    stage = models.CharField(max_length=20, default="requested")
    providers = models.PositiveIntegerField(default=0)
    confidence = models.FloatField(default=0.0, help_text="The record's completeness, 0-1.")
    results: Any = models.JSONField(default=dict, blank=True)
    requested_by = models.CharField(max_length=100, blank=True)
    request_key = models.CharField(max_length=64, blank=True)
    correlation_id = models.CharField(max_length=100)
    claimed_until = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "patients"
        verbose_name_plural = "matches"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["patient"], condition=models.Q(status="requested"), name="patients_match_one_open"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "-created_at"], name="patients_match_newest"),
        ]

    def __str__(self) -> str:
        return self.id
