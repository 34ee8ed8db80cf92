"""Pages of the admin that are about a table's rows as a whole; for Django each has to be a model."""

from __future__ import annotations

from events.models import Event, Job


class JobBoard(Job):
    """The outbox at a glance."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = "job board"
        verbose_name_plural = "job board"


class Replay(Event):
    """The log as a client's stream."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = "replay"
        verbose_name_plural = "replay"
