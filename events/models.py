"""The log, the head of each patient's stream, and the outbox."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce, Now

from events.registry import JobKind, choices
from events.sealing.checkpoint import Checkpoint as Checkpoint
from events.sealing.patient_key import PatientKey as PatientKey
from events.sealing.sealed_field import SealedPayload


def new_id() -> uuid.UUID:
    return uuid.uuid4()


def job_choices() -> list[tuple[str, str]]:
    return [(str(kind), str(kind)) for kind in JobKind]


class EventRows(models.QuerySet["Event"]):
    """Rows of the log."""

    def with_keys(self) -> EventRows:
        """With what opens their payloads, where many are read: each would ask for it by itself else."""
        own = PatientKey.objects.filter(
            tenant_id=OuterRef("tenant_id"), patient_id=Coalesce(OuterRef("patient_id"), models.Value(""))
        )
        return self.annotate(wrapped_key=Subquery(own.values("wrapped")[:1]))


class Event(models.Model):
    """A fact. Written once by `emit_event`, never changed: the database refuses UPDATE, DELETE and TRUNCATE.

    `position` is the event's place in its patient's stream (1, 2, 3 … without holes, in commit order), given
    by the database; null when the type does not stream. `link` is its place among all facts of its patient, and
    `hash` ties it to the one before it; both are given by the database (see `events.sealing.chain`). Protected
    fields of `payload` are sealed in the database, and opened when the attribute is read.
    """

    id = models.UUIDField(primary_key=True, default=new_id, db_default=RandomUUID(), editable=False)
    event_type = models.CharField(max_length=100, choices=choices)
    tenant_id = models.CharField(max_length=100)
    actor_id = models.CharField(max_length=100, null=True, blank=True)
    patient_id = models.CharField(max_length=100, null=True, blank=True)
    payload = SealedPayload()
    correlation_id = models.CharField(max_length=100)
    locale = models.CharField(max_length=10, null=True, blank=True)
    source_service = models.CharField(max_length=50, null=True, blank=True)
    api_version = models.CharField(max_length=10, default="v1", db_default="v1")
    client_type = models.CharField(max_length=20, null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    position = models.BigIntegerField(null=True, blank=True, db_default=None)
    link = models.BigIntegerField(db_default=0, editable=False)
    hash: Any = models.BinaryField(db_default=b"")

    objects = EventRows.as_manager()

    class Meta:
        db_table = "events"
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["patient_id", "created_at"], name="events_patient_created"),
            models.Index(fields=["event_type", "created_at"], name="events_type_created"),
            models.Index(fields=["tenant_id", "created_at"], name="events_tenant_created"),
            models.Index(fields=["correlation_id"], name="events_correlation"),
            models.Index(fields=["-created_at", "-id"], name="events_newest_first"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant_id", "patient_id", "position"], name="events_position"),
        ]
        permissions = [
            ("view_phi", "Can see protected health information of events"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.id}"


class StreamHead(models.Model):
    """How far a patient's stream has grown, and the chain of all their facts; its row's lock puts concurrent writers
    in one order. `patient_id` is empty for the chain of a tenant's facts about no patient, which streams nowhere."""

    tenant_id = models.CharField(max_length=100)
    patient_id = models.CharField(max_length=100)
    position = models.BigIntegerField()
    link = models.BigIntegerField(db_default=0)
    hash: Any = models.BinaryField(db_default=b"")

    class Meta:
        db_table = "events_streamhead"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant_id", "patient_id"], name="events_streamhead_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant_id}/{self.patient_id} at {self.position}"


class JobStatus(models.TextChoices):
    """Where a job is on its way; `done` and `failed` are its ends."""

    WAITING = "waiting"
    PUBLISHED = "published"
    DONE = "done"
    FAILED = "failed"


class Job(models.Model):
    """Work a fact causes: the outbox's row, written in the fact's own transaction.

    `body` carries ids only. `attempts` counts publications, `refusals` how often the queue has said no since it last
    took the job, `deliveries` the callbacks that came back.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=50, choices=job_choices)
    tenant_id = models.CharField(max_length=100)
    patient_id = models.CharField(max_length=100)
    correlation_id = models.CharField(max_length=100)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="jobs", null=True)
    body = models.JSONField()
    status = models.CharField(max_length=20, choices=JobStatus.choices, default=JobStatus.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    refusals = models.PositiveIntegerField(default=0, db_default=0)
    deliveries = models.PositiveIntegerField(default=0)
    message_id = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    traceparent = models.CharField(max_length=55, blank=True, default="", db_default="")
    """The trace's step that caused the job, where traces are kept; W3C Trace Context."""
    created_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)
    """When it was last sent to the queue anew on purpose."""
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "events_job"
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["due_at"],
                name="events_job_due",
                condition=models.Q(status__in=["waiting", "published"]),
            ),
            models.Index(
                fields=["tenant_id", "patient_id"],
                name="events_job_open",
                condition=models.Q(status__in=["waiting", "published"]),
            ),
            models.Index(fields=["correlation_id"], name="events_job_correlation"),
            models.Index(fields=["-created_at", "-id"], name="events_job_newest_first"),
            models.Index(fields=["-created_at"], name="events_job_failed", condition=models.Q(status="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id} {self.status}"

    def message(self) -> dict[str, Any]:
        """The callback's body: whose job it is, which, and the ids it is about."""
        return {
            "job_id": str(self.id),
            "tenant_id": self.tenant_id,
            "patient_id": self.patient_id,
            "correlation_id": self.correlation_id,
            **self.body,
        }


# At the end: these build upon the models above. Django finds an app's models here.
from events.access_records.models import AccessRecord  # noqa: E402, F401
from events.operations.control import Control  # noqa: E402, F401
from events.operations.log_epoch import LogEpoch  # noqa: E402, F401
from events.operations.pages import JobBoard, Replay  # noqa: E402, F401
from events.operations.server_process import ServerProcess  # noqa: E402, F401
