"""The app of the people and their records."""

from __future__ import annotations

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from events.giving_up import on_given_up
        from patients.services.giving_up import end_lost

        on_given_up(end_lost)
