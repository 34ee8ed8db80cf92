"""Which life of the log this is: positions mean something only within one."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.functions import RandomUUID
from django.db import models

from curaway import prepared

EPOCH_SQL = "SELECT epoch::text FROM events_logepoch"
RESTORED_SQL = "SELECT restored_at FROM events_logepoch WHERE restored_at > now() - interval '7 days'"
"""When the log was restored, of late: as long as a client may be away that heard what was lost. See `log.head_at`."""

FIRST_EPOCH_SQL = "INSERT INTO events_logepoch (id) VALUES (1)"
"""Made at migrate."""


class LogEpoch(models.Model):
    """One row. A restored backup brings back the epoch of its time: `manage.py log_restored` begins another, since
    the positions after the backup's head will be given to other events."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.UUIDField(db_default=RandomUUID())
    restored_at = models.DateTimeField(null=True)
    """When `log_restored` began this epoch; empty in the first."""

    class Meta:
        db_table = "events_logepoch"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="events_logepoch_is_one"),
        ]

    def __str__(self) -> str:
        return str(self.epoch)


def restored_at() -> datetime | None:
    """When the log was restored, if that was within a week."""
    row = next(iter(prepared.rows(RESTORED_SQL, ())), None)
    return None if row is None else row[0]


def current_epoch() -> str | None:
    """The log's epoch; None only while a backup was restored without it, when every client has to begin anew."""
    row = next(iter(prepared.rows(EPOCH_SQL, ())), None)
    return None if row is None else str(row[0])
