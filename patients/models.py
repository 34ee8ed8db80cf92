"""Tenants, their members and patients, consents, and documents."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

# Django finds an app's models in this module.
from patients.erasure.models import ErasedFile as ErasedFile
from patients.erasure.models import Erasure as Erasure
from patients.matching.match import Match as Match
from patients.matching.match import MatchStatus as MatchStatus
from patients.notifications.models import Notification as Notification
from patients.record.models import FhirResource as FhirResource
from patients.record.models import Source as Source
from patients.write_models import IdempotencyKey as IdempotencyKey
from patients.write_models import WriteCount as WriteCount


def new_patient_id() -> str:
    return f"pat_{secrets.token_hex(12)}"


def new_document_id() -> str:
    return f"doc_{secrets.token_hex(12)}"


class Tenant(models.Model):
    """An organisation whose patients nobody else sees; or the shared tenant, where patients register themselves."""

    id = models.CharField(primary_key=True, max_length=100)
    name = models.CharField(max_length=200)
    organization = models.CharField(max_length=100, unique=True, help_text="The Clerk organisation's id.")
    open_to_patients = models.BooleanField(default=False, help_text="Patients belong to it without being members.")
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """What we know of a member: first seen in a verified token; `removed_at` refuses them from then on.

    The stream re-checks its viewers against these rows, because their tokens expire after a minute.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="memberships")
    subject = models.CharField(max_length=100, help_text="The Clerk user's id.")
    role = models.CharField(max_length=50)
    created_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "subject"], name="patients_membership_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} in {self.tenant_id}"


class Sex(models.TextChoices):
    """Administrative gender, FHIR R4's codes."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Unerased(models.Manager["Patient"]):
    """Everybody but those who were erased: of them there is nothing left to be found."""

    def get_queryset(self) -> models.QuerySet[Patient]:
        return super().get_queryset().filter(erased_at=None)


class Patient(models.Model):
    """A person in a tenant's care. `subject` is the Clerk user who may see it as their own.

    Of an erased one nothing is left but the id, the tenant, and when; see `patients.erasure`.
    """

    id = models.CharField(primary_key=True, max_length=100, default=new_patient_id)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="patients")
    subject = models.CharField(max_length=100, null=True, blank=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=10, choices=Sex.choices, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1 alpha-2.")
    locale = models.CharField(max_length=10, default="en")
    procedure_interest = models.CharField(max_length=200, blank=True)
    preferences = models.JSONField(default=dict, blank=True)
    intake_progress = models.FloatField(default=0.0, help_text="As last emitted, 0-1.")
    quarantined = models.BooleanField(default=False, help_text="No writes, no stream (423).")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = Unerased()
    everyone = models.Manager["Patient"]()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "subject"], name="patients_patient_subject"),
        ]

    def __str__(self) -> str:
        # The name would reach logs and error pages.
        return self.id


class Purpose(models.TextChoices):
    """What a patient may allow us; the first three are required for the journey."""

    CLINICAL_DATA_PROCESSING = "clinical_data_processing"
    CROSS_BORDER_TRANSFER = "cross_border_transfer"
    PROVIDER_SHARING = "provider_sharing"
    ANALYTICS = "analytics"
    SMS_TRANSACTIONAL = "sms_transactional"
    SMS_MARKETING = "sms_marketing"


REQUIRED_PURPOSES = (Purpose.CLINICAL_DATA_PROCESSING, Purpose.CROSS_BORDER_TRANSFER, Purpose.PROVIDER_SHARING)


class Consent(models.Model):
    """One decision about one purpose; never changed, the newest row of a purpose counts."""

    id = models.BigAutoField(primary_key=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    tenant_id = models.CharField(max_length=100)
    purpose = models.CharField(max_length=50, choices=Purpose.choices)
    granted = models.BooleanField()
    policy_version = models.CharField(max_length=50)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "purpose", "-id"], name="patients_consent_current"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {'granted' if self.granted else 'revoked'}"

    def holds_at(self, now: datetime) -> bool:
        """Whether this decision allows its purpose at `now`."""
        return self.granted and (self.expires_at is None or now < self.expires_at)


class DocumentStatus(models.TextChoices):
    """A document's way: `expected` until its bytes were confirmed, then the public statuses."""

    EXPECTED = "expected"
    UPLOADED = "uploaded"
    PARSING = "parsing"
    PARSED = "parsed"
    ANALYZING = "analyzing"
    ANALYZED = "analyzed"
    FAILED = "failed"


class Document(models.Model):
    """A medical document of a patient, from its announced upload to its text.

    `pages` is `[{"text", "confidence", "method", "fault"}]`, of a long document while it is still being read, too;
    `clinical`, whether that is worth an analysis.
    `claim` and `claimed_until` say which delivery of its job works on it, so that any number of deliveries have
    one effect; `began_at`, since when its present step is being tried without getting on.
    """

    id = models.CharField(primary_key=True, max_length=100, default=new_document_id)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="documents")
    tenant_id = models.CharField(max_length=100)
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="Bytes; as announced until confirmed.")
    status = models.CharField(max_length=20, choices=DocumentStatus.choices, default=DocumentStatus.EXPECTED)
    reason = models.CharField(max_length=300, blank=True)
    retryable = models.BooleanField(null=True, blank=True)
    pages = models.JSONField(null=True, blank=True)
    page_count = models.PositiveIntegerField(null=True, blank=True, help_text="Null until it is known.")
    pages_read = models.PositiveIntegerField(default=0)
    page_confidence = models.JSONField(default=list, blank=True, help_text="Of each page; null: its own text.")
    method = models.CharField(max_length=10, blank=True)
    characters = models.PositiveIntegerField(default=0)
    confidence = models.FloatField(null=True, blank=True)
    needs_review = models.JSONField(default=list, blank=True, help_text="Numbers of the pages read unsurely.")
    clinical = models.BooleanField(null=True, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    uploaded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient", "created_at"], name="patients_document_patient"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(status=DocumentStatus.EXPECTED),
                name="patients_document_expected",
            ),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def storage_key(self) -> str:
        return f"{self.tenant_id}/{self.patient_id}/{self.id}"
