"""The app of the log: its database rules follow the registry at every migrate."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EventsConfig(AppConfig):
    name = "events"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from events import checks, database_rules  # noqa: F401  (checks register themselves)

        post_migrate.connect(database_rules.follow_registry, sender=self)
