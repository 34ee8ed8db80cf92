"""What is worked on for patients: their documents, and the matches made for them."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from events.admin.protecting_admin import ProtectingAdmin
from events.admin.search import by_id
from patients.models import Document, Match


@admin.register(Document)
class DocumentAdmin(ProtectingAdmin[Document]):
    list_display = ("id", "patient_id", "filename", "content_type", "size", "status", "reason", "created_at")
    ordering = ("id",)
    search_fields = ("id", "patient_id")
    search_help_text = "A whole document id or patient id."
    protected = frozenset({"filename", "pages"})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        # The lists never need a document's text, which is long.
        return super().get_queryset(request).defer("pages")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Document], search_term: str
    ) -> tuple[QuerySet[Document], bool]:
        return by_id(queryset, search_term, "id", "patient_id"), False


@admin.register(Match)
class MatchAdmin(ProtectingAdmin[Match]):
    list_display = ("id", "patient_id", "status", "stage", "providers", "confidence", "created_at", "completed_at")
    ordering = ("-created_at",)
    search_fields = ("id", "patient_id")
    search_help_text = "A whole match id or patient id."
    protected = frozenset({"results"})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Match], search_term: str
    ) -> tuple[QuerySet[Match], bool]:
        return by_id(queryset, search_term, "id", "patient_id"), False
