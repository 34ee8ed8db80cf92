"""Which life of the log this is: positions mean something only within one."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from curaway import prepared

EPOCH_SQL = "SELECT epoch::text FROM events_logepoch"

FIRST_EPOCH_SQL = "INSERT INTO events_logepoch (id) VALUES (1)"
"""Made at migrate."""


class LogEpoch(models.Model):
    """One row. A restored backup brings back the epoch of its time: `manage.py log_restored` begins another, since
    the positions after the backup's head will be given to other events."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.UUIDField(db_default=RandomUUID())
    began_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "events_logepoch"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="events_logepoch_is_one"),
        ]

    def __str__(self) -> str:
        return str(self.epoch)


def current_epoch() -> str | None:
    """The log's epoch; None only while a backup was restored without it, when every client has to begin anew."""
    row = next(iter(prepared.rows(EPOCH_SQL, ())), None)
    return None if row is None else str(row[0])
