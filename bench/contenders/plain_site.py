"""A small Django site around the plain table, for the contenders that are Django."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings


def set_up(**own: Any) -> None:
    """Configure Django as `startproject` would, without apps, sessions and templates; `own` settings on top."""
    url = urlsplit(os.environ["DATABASE_URL"])
    settings.configure(
        SECRET_KEY="not-a-secret",  # noqa: S106 - nothing is signed here
        ALLOWED_HOSTS=["127.0.0.1"],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": url.path[1:],
                "USER": url.username,
                "PASSWORD": url.password,
                "HOST": url.hostname,
                "PORT": url.port,
            }
        },
        **own,
    )
    django.setup(set_prefix=False)


def plain_event() -> Any:
    """The model of the plain table."""
    from django.db import models

    class PlainEvent(models.Model):
        patient_id = models.TextField()
        event_id = models.UUIDField()
        event_type = models.TextField()
        created_at = models.DateTimeField()
        correlation_id = models.TextField()
        payload = models.JSONField()

        class Meta:
            app_label = "plain"
            db_table = "plain_event"
            managed = False

    return PlainEvent


def event_json(event: Any) -> dict[str, Any]:
    """The event as all contenders send it."""
    return {
        "position": event.id,
        "event_id": str(event.event_id),
        "event_type": event.event_type,
        "occurred_at": event.created_at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "correlation_id": event.correlation_id,
        "payload": event.payload,
    }
