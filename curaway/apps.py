"""The project as an app: its management commands, and what is done with every new database connection."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from curaway.prepared import prepare_unless_pooled


class CurawayConfig(AppConfig):
    name = "curaway"

    def ready(self) -> None:
        connection_created.connect(prepare_unless_pooled, dispatch_uid="curaway.prepared")
