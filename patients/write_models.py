"""What is kept of writes: their first answers, and how many there were."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now


class IdempotencyKey(models.Model):
    """The first answer to a write sent with `X-Idempotency-Key`; `status` is null while it is being made.

    `digest` is the SHA-256 of the request's body, so that the key can't be used for another one.
    """

    subject = models.CharField(max_length=100)
    route = models.CharField(max_length=300, help_text="Tenant, method and path.")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body: Any = models.BinaryField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subject", "route", "key"], name="patients_idempotency_key"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["created_at"], name="patients_idempotency_age")]

    def __str__(self) -> str:
        return self.route


class WriteCount(models.Model):
    """How many writes a caller made in a minute; shared by all processes."""

    subject = models.CharField(max_length=100)
    minute = models.BigIntegerField(help_text="Minutes since 1970; the first, where more are counted together.")
    writes = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["subject", "minute"], name="patients_write_count"),
        ]

    def __str__(self) -> str:
        return f"{self.writes} in minute {self.minute}"
