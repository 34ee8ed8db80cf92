"""What the event history can be narrowed by; every choice comes from the registry or from an index."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest

from events.models import Event
from events.registry import StreamEvent, streamed_types

MOST_TENANTS = 100

TENANTS_SQL = """
WITH RECURSIVE tenants(id) AS (
    (SELECT tenant_id FROM events ORDER BY tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT tenant_id FROM events WHERE tenant_id > tenants.id ORDER BY tenant_id LIMIT 1)
    FROM tenants WHERE tenants.id IS NOT NULL
)
SELECT id FROM tenants WHERE id IS NOT NULL LIMIT %s
"""
"""From tenant to tenant along the index; DISTINCT would read the whole log."""


class StreamNameFilter(admin.SimpleListFilter):
    """The name under which clients hear the event."""

    title = "stream name"
    parameter_name = "stream"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(name), str(name)) for name in StreamEvent]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        if self.value() is None:
            return queryset
        return queryset.filter(event_type__in=[kind for kind, name in streamed_types().items() if name == self.value()])


class TenantFilter(admin.SimpleListFilter):
    """The tenants that have events, in alphabetical order, the first hundred of them."""

    title = "tenant"
    parameter_name = "tenant"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        with connection.cursor() as sql:
            sql.execute(TENANTS_SQL, [MOST_TENANTS])
            return [(tenant, tenant) for (tenant,) in sql.fetchall()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset if self.value() is None else queryset.filter(tenant_id=_text(self.value()))


class PositionFilter(admin.SimpleListFilter):
    """Whether the event has a place in its patient's stream."""

    title = "position"
    parameter_name = "position"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("present", "In the patient's stream"), ("absent", "Recorded only")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        if self.value() is None:
            return queryset
        return queryset.filter(position__isnull=self.value() == "absent")


class CorrelationFilter(admin.SimpleListFilter):
    """One request and everything it caused; chosen by a link in the list, so it offers only itself."""

    title = "correlation id"
    parameter_name = "correlation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [] if self.value() is None else [(str(self.value()), str(self.value()))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() is None else queryset.filter(correlation_id=_text(self.value()))


def _text(value: str | None) -> str:
    # Postgres has no NUL in its texts; the driver would fail on one.
    return (value or "").replace("\x00", "")
