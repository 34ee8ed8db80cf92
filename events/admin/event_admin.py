"""The event history: every fact, newest first, and each with the thread it is part of."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from events.admin import filters
from events.admin.columns import moment, narrowing_link
from events.admin.export_actions import export_csv, export_csv_protected, export_json, export_json_protected
from events.admin.masking import hides, masked
from events.admin.page_admin import PageAdmin
from events.admin.read_only import admin_actor
from events.admin.search import by_id
from events.admin.thread import thread_of
from events.audit import audit_sentence
from events.disclosure import disclose
from events.errors import EventNotRecorded
from events.models import Event


@admin.register(Event)
class EventAdmin(PageAdmin[Event]):
    """Lists, finds, shows and exports events; protected fields only to those who may see them and ask to."""

    list_display = ("recorded", "event_type", "audit", "patient", "position", "actor_id", "tenant_id", "correlation")
    list_title = "Event history"
    list_display_links = ("recorded", "event_type")
    list_filter = (
        filters.CorrelationFilter,
        "event_type",
        filters.StreamNameFilter,
        filters.TenantFilter,
        filters.PositionFilter,
    )
    date_hierarchy = "created_at"
    search_fields = ("patient_id", "correlation_id", "id")
    search_help_text = "A whole patient id, correlation id or event id."
    lookups = frozenset({"event_type__exact", "stream", "tenant", "position", "correlation"})
    actions = (export_csv, export_json, export_csv_protected, export_json_protected)

    @admin.display(description="Recorded (UTC)")
    def recorded(self, event: Event) -> str:
        return moment(event.created_at)

    @admin.display(description="Patient")
    def patient(self, event: Event) -> str:
        return narrowing_link("event", "q", event.patient_id)

    @admin.display(description="Correlation id")
    def correlation(self, event: Event) -> str:
        return narrowing_link("event", "correlation", event.correlation_id)

    @admin.display(description="What happened")
    def audit(self, event: Event) -> str:
        return audit_sentence(event)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        return by_id(queryset, search_term, "patient_id", "correlation_id"), False

    def get_urls(self) -> list[URLPattern]:
        protected = self.admin_site.admin_view(self.protected_view)
        return [path("<path:object_id>/protected/", protected, name="events_event_protected"), *super().get_urls()]

    def page(self, request: HttpRequest, event: Event) -> HttpResponse:
        """The event, protected fields masked."""
        return self._page(request, event, masked(event))

    def protected_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button: the event's page with its protected fields, for this one time."""
        return self.pressed(request, object_id, self.has_view_phi_permission(request), self._disclose)

    def _disclose(self, request: HttpRequest, event: Event) -> HttpResponse:
        try:
            payload = disclose(event, by=admin_actor(request))
        except EventNotRecorded:
            messages.error(request, "Nothing is shown: looking at the protected fields could not be recorded.")
            return HttpResponseRedirect(reverse("admin:events_event_change", args=[event.pk]))
        return self._page(request, event, payload)

    def _page(self, request: HttpRequest, event: Event, payload: Any) -> TemplateResponse:
        is_whole = payload != masked(event)
        context = {
            **self.admin_site.each_context(request),
            "title": "Event",
            "opts": self.opts,
            "event": event,
            "audit": audit_sentence(event),
            "columns": self._columns(event),
            "payload": json.dumps(payload, indent=2, ensure_ascii=False),
            "is_masked": hides(event) and not is_whole,
            "is_disclosed": is_whole,
            "may_disclose": self.has_view_phi_permission(request),
            "thread": thread_of(event),
        }
        return TemplateResponse(request, "admin/curaway/event.html", context)

    def _columns(self, event: Event) -> list[tuple[str, Any]]:
        named = [field for field in self.opts.concrete_fields if field.name not in ("payload", "created_at")]
        return [
            ("recorded (UTC)", moment(event.created_at)),
            *((str(field.verbose_name), _cell(getattr(event, field.attname))) for field in named),
        ]


def _cell(value: Any) -> Any:
    return value.hex() if isinstance(value, (bytes, memoryview)) else value
