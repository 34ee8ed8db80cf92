"""A checkpoint as it is stored."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now


class Checkpoint(models.Model):
    """What a chain's hash was at a link, signed with a master key, which the database does not have: whoever rewrites
    the rest of a chain can't rewrite this. `patient_id` is empty for a tenant's own chain."""

    tenant_id = models.CharField(max_length=100)
    patient_id = models.CharField(max_length=100)
    link = models.BigIntegerField()
    hash: Any = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())
    signed_by: Any = models.BinaryField()
    signature: Any = models.BinaryField()

    class Meta:
        app_label = "events"
        db_table = "events_checkpoint"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant_id", "patient_id", "link"], name="events_checkpoint_link"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant_id}/{self.patient_id} at {self.link}"
