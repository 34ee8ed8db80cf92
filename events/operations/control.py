"""What operators ask of all processes at once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

FIRST_CONTROL_SQL = "INSERT INTO events_control (id) VALUES (1)"
"""Made at migrate."""


class Control(models.Model):
    """One row, which every process reads in its rounds."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    streaming_off_since = models.DateTimeField(null=True, blank=True)
    streaming_off_by = models.CharField(max_length=100, blank=True, default="", db_default="")
    watched_until = models.DateTimeField(null=True, blank=True)
    """Till then somebody looks at the open streams, and processes tell of them one by one."""
    watched_patient = models.CharField(max_length=100, blank=True, default="", db_default="")
    """Whose streams are told of first."""

    class Meta:
        db_table = "events_control"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="events_control_is_one"),
        ]

    def __str__(self) -> str:
        return "streaming is off" if self.streaming_off_since else "streaming is on"
