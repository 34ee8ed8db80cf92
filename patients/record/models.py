"""The clinical record as it is stored."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from patients.record.statements import new_resource_id


class Source(models.TextChoices):
    """Who says it; the earlier is believed before the later."""

    STRUCTURED = "structured"
    DOCUMENT = "document"
    CHAT = "chat"
    SELF_REPORT = "self_report"


class FhirResource(models.Model):
    """What one source says about one thing, as a FHIR R4 resource; never deleted.

    `details` are the finding's, which is what merging compares and the summary shows; `body` is the resource.
    `fingerprint` is of all that it says: a source says the same once. Of several resources about the same thing
    the canonical one is shown; `conflict_with` is the one it contradicts. A superseded one is history.
    """

    id = models.CharField(primary_key=True, max_length=100, default=new_resource_id)
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="resources")
    tenant_id = models.CharField(max_length=100)
    resource_type = models.CharField(max_length=40)
    code_system = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=100, blank=True)
    display = models.CharField(max_length=300)
    details: Any = models.JSONField(default=dict, blank=True)
    body: Any = models.JSONField()
    source = models.CharField(max_length=20, choices=Source.choices)
    source_id = models.CharField(max_length=100, help_text="The document's or the message's id.")
    place = models.PositiveIntegerField(default=0, help_text="Its number among what the source said.")
    page = models.PositiveIntegerField(null=True, blank=True)
    confidence = models.FloatField()
    fingerprint = models.CharField(max_length=64)
    recorded_at = models.DateTimeField(db_default=Now())
    effective_at = models.DateField(null=True, blank=True)
    canonical = models.BooleanField(default=True)
    conflict_with = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        app_label = "patients"
        verbose_name = "FHIR resource"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["patient", "source", "source_id", "fingerprint"],
                condition=models.Q(superseded_by=None),
                name="patients_fhirresource_said_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["patient", "recorded_at"],
                condition=models.Q(superseded_by=None),
                name="patients_fhirresource_live",
            ),
        ]

    def __str__(self) -> str:
        return self.id
