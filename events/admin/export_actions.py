"""The event history's exports: for the ticked events, or for everything the list shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from events.admin.export import MOST_EVENTS, Payload, as_csv, as_json
from events.admin.masking import masked, whole
from events.admin.read_only import admin_actor
from events.disclosure import record_export
from events.errors import EventNotRecorded
from events.models import Event

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    from events.models import EventRows


class Export(NamedTuple):
    """A kind of file, and what it shows of a payload."""

    format_name: Literal["csv", "json"]
    content_type: str
    write: Callable[[list[Event], Payload], bytes]
    payload: Payload

    @property
    def is_protected(self) -> bool:
        return self.payload is whole


CSV = Export("csv", "text/csv; charset=utf-8", as_csv, masked)
JSON = Export("json", "application/json; charset=utf-8", as_json, masked)


@admin.action(description="Export as CSV", permissions=["view"])
def export_csv(model_admin: ModelAdmin[Event], request: HttpRequest, events: QuerySet[Event]) -> Any:
    return _export(request, events, CSV)


@admin.action(description="Export as JSON", permissions=["view"])
def export_json(model_admin: ModelAdmin[Event], request: HttpRequest, events: QuerySet[Event]) -> Any:
    return _export(request, events, JSON)


@admin.action(description="Export as CSV, with protected fields (recorded)", permissions=["view_phi"])
def export_csv_protected(model_admin: ModelAdmin[Event], request: HttpRequest, events: QuerySet[Event]) -> Any:
    return _export(request, events, CSV._replace(payload=whole))


@admin.action(description="Export as JSON, with protected fields (recorded)", permissions=["view_phi"])
def export_json_protected(model_admin: ModelAdmin[Event], request: HttpRequest, events: QuerySet[Event]) -> Any:
    return _export(request, events, JSON._replace(payload=whole))


def _export(request: HttpRequest, events: QuerySet[Event], export: Export) -> HttpResponse | None:
    """The file, once it is on record that it is given; None with a message when it is not."""
    rows = list(cast("EventRows", events).with_keys()[: MOST_EVENTS + 1])
    if len(rows) > MOST_EVENTS:
        messages.error(
            request,
            f"Nothing was exported: the list has more than {MOST_EVENTS:,} events. Narrow it, by a date for example.",
        )
        return None
    try:
        record_export(rows, format_name=export.format_name, protected=export.is_protected, by=admin_actor(request))
    except EventNotRecorded:
        messages.error(request, "Nothing was exported: the export could not be recorded.")
        return None
    name = f"events-{timezone.now():%Y%m%dT%H%M%SZ}.{export.format_name}"
    return HttpResponse(
        export.write(rows, export.payload),
        content_type=export.content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
