"""A patient's key as it is stored."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now


def new_key_id() -> uuid.UUID:
    return uuid.uuid4()


class PatientKey(models.Model):
    """The key that seals what the log says of a patient, wrapped by a master key; `patient_id` is empty for facts
    about no patient.

    `wrapped` is null once the key is destroyed. The row stays, so that nobody makes the person a new key.
    """

    id = models.UUIDField(primary_key=True, default=new_key_id, editable=False)
    tenant_id = models.CharField(max_length=100)
    patient_id = models.CharField(max_length=100)
    wrapped: Any = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "events"
        db_table = "events_patientkey"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant_id", "patient_id"], name="events_patientkey_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant_id}/{self.patient_id}"
