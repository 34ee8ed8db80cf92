"""A server process, as it tells of itself."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now


class ServerProcess(models.Model):
    """A running server process: what it reported last, and what operators ask of it.

    It reports in its rounds: every few seconds while it has streams, else once a minute. A row that has not been
    touched for `SILENT_AFTER` is of a process that has ended without a word; after an hour it is gone.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    name = models.CharField(max_length=200)
    """The machine's name and the process's number there."""
    started_at = models.DateTimeField(db_default=Now())
    reported_at = models.DateTimeField(db_default=Now())
    is_draining = models.BooleanField(default=False, db_default=False)
    open_streams = models.PositiveIntegerField(default=0, db_default=0)
    waiting_polls = models.PositiveIntegerField(default=0, db_default=0)
    streams: models.JSONField[Any] = models.JSONField(default=list)
    """Some of the open streams, told while somebody looks; ids and numbers only."""
    drain_ordered = models.BooleanField(default=False, db_default=False)
    ends_ordered: models.JSONField[Any] = models.JSONField(default=list)
    """Numbers of streams that are to end. A number is never given twice, so they may stay."""

    class Meta:
        db_table = "events_process"
        ordering: ClassVar[list[str]] = ["name"]
        verbose_name = "live streams"
        verbose_name_plural = "live streams"
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return self.name
