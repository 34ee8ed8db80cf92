"""The admin's view of notifications; they hold nothing protected."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from events.admin.read_only import ReadOnlyAdmin
from events.admin.search import by_id
from patients.notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin[Notification]):
    list_display = ("id", "patient_id", "kind", "about", "status", "attempts", "last_error", "created_at", "sent_at")
    ordering = ("-created_at", "id")
    search_fields = ("id", "patient_id")
    search_help_text = "A whole notification id or patient id."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Notification], search_term: str
    ) -> tuple[QuerySet[Notification], bool]:
        return by_id(queryset, search_term, "id", "patient_id"), False
