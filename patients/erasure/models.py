"""An erasure as it is stored: what its certificate says, and the files that are still to go."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now


def new_erasure_id() -> str:
    return f"era_{secrets.token_hex(12)}"


class Erasure(models.Model):
    """That a patient was erased: by whom, why, and how much there was. Holds nothing about them but their id.

    `link_before` and `hash_before` are the head of the patient's chain before the fact `patient_erased`, the others
    that fact's own.
    """

    id = models.CharField(primary_key=True, max_length=100, default=new_erasure_id)
    patient = models.OneToOneField("patients.Patient", on_delete=models.PROTECT, related_name="erasure")
    tenant_id = models.CharField(max_length=100)
    reason = models.CharField(max_length=200)
    operator = models.CharField(max_length=100)
    counts: Any = models.JSONField()
    event_id = models.UUIDField()
    link_before = models.BigIntegerField()
    hash_before = models.CharField(max_length=64)
    link_after = models.BigIntegerField()
    hash_after = models.CharField(max_length=64)
    erased_at = models.DateTimeField(db_default=Now())

    class Meta:
        app_label = "patients"

    def __str__(self) -> str:
        return self.id


class ErasedFile(models.Model):
    """A document whose bytes are to be deleted, or were; its id is what a late callback is told from.

    `due_at`: when they are to be deleted, null when there is nothing more to do. `final_at`: until then an upload to
    an address that was given out may still end there, so they are deleted once more. `deleted_at`: when they last were.
    """

    document_id = models.CharField(primary_key=True, max_length=100)
    erasure = models.ForeignKey(Erasure, on_delete=models.PROTECT, related_name="files")
    storage_key = models.CharField(max_length=310)
    due_at = models.DateTimeField(null=True, blank=True)
    final_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "patients"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="patients_erasedfile_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.document_id
