"""Live streams: every process and its open streams; ending one, draining a process, switching streaming off."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from events.admin.read_only import ReadOnlyAdmin, admin_actor
from events.errors import EventNotRecorded
from events.operations import orders
from events.operations.control import Control
from events.operations.reporting import MOST_TOLD, SILENT_AFTER_SECONDS
from events.operations.server_process import ServerProcess

LIST = "admin:events_serverprocess_changelist"
REFRESH_SECONDS = 5


@admin.register(ServerProcess)
class LiveAdmin(ReadOnlyAdmin[ServerProcess]):
    """One page instead of a list; looking at it has the processes tell of their streams one by one."""

    list_title = "Live streams"

    def has_order_permission(self, request: HttpRequest) -> bool:
        """Whether this user may end streams and drain processes."""
        return self.has_view_permission(request) and request.user.has_perm("events.change_serverprocess")

    def has_switch_permission(self, request: HttpRequest) -> bool:
        """Whether this user may switch streaming off and on for everybody."""
        return self.has_view_permission(request) and request.user.has_perm("events.change_control")

    def has_view_permission(self, request: HttpRequest, obj: ServerProcess | None = None) -> bool:
        # Not by the permission to order alone: who orders also has to see.
        return request.user.has_perm("events.view_serverprocess")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="events_serverprocess_changelist"),
            path("<uuid:process>/end/<int:number>/", view(self.end_view), name="events_stream_end"),
            path("<uuid:process>/drain/", view(self.drain_view), name="events_process_drain"),
            path("streaming/off/", view(self.off_view), name="events_streaming_off"),
            path("streaming/on/", view(self.on_view), name="events_streaming_on"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> HttpResponse:
        """The page; with `patient`, only this patient's streams."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        patient = request.GET.get("patient", "").replace("\x00", "").strip()[:100]
        orders.watch(patient_id=patient)
        processes = [_told(process, patient) for process in ServerProcess.objects.all()]
        context = {
            **self.admin_site.each_context(request),
            "title": self.list_title,
            "opts": self.opts,
            "processes": processes,
            "open_streams": sum(told["process"].open_streams for told in processes if told["is_live"]),
            "control": Control.objects.filter(pk=1).first(),
            "patient": patient,
            "most_told": MOST_TOLD,
            "may_order": self.has_order_permission(request),
            "may_switch": self.has_switch_permission(request),
            "refresh": None if "still" in request.GET else REFRESH_SECONDS,
        }
        return TemplateResponse(request, "admin/curaway/live.html", context)

    def end_view(self, request: HttpRequest, process: uuid.UUID, number: int) -> HttpResponse:
        """The button beside a stream."""
        return self._order(
            request,
            self.has_order_permission(request),
            lambda by: orders.end_stream(process, number, by=by),
            f"Stream {number} ends; its client comes back by itself.",
        )

    def drain_view(self, request: HttpRequest, process: uuid.UUID) -> HttpResponse:
        """The button at a process."""
        return self._order(
            request,
            self.has_order_permission(request),
            lambda by: orders.drain_process(process, by=by),
            "The process sends its streams elsewhere and takes no more until it is restarted.",
        )

    def off_view(self, request: HttpRequest) -> HttpResponse:
        """The button at the top."""
        return self._order(
            request,
            self.has_switch_permission(request),
            lambda by: orders.switch_streaming_off(by=by),
            "Streaming is off everywhere; clients poll.",
        )

    def on_view(self, request: HttpRequest) -> HttpResponse:
        """The same button, when it is off."""
        return self._order(
            request,
            self.has_switch_permission(request),
            lambda by: orders.switch_streaming_on(by=by),
            "Streaming is on.",
        )

    def _order(self, request: HttpRequest, allowed: bool, order: Callable[[str], None], done: str) -> HttpResponse:
        if request.method == "POST":
            if not allowed:
                raise PermissionDenied
            try:
                order(admin_actor(request))
                messages.success(request, done)
            except orders.NoSuchStream:
                messages.warning(request, "Nothing was done: no process tells of it any more.")
            except EventNotRecorded:
                messages.error(request, "Nothing was done: it could not be recorded.")
        return HttpResponseRedirect(reverse(LIST))


def _told(process: ServerProcess, patient: str) -> dict[str, Any]:
    silent = timezone.now() - process.reported_at
    return {
        "process": process,
        "is_live": silent < timedelta(seconds=SILENT_AFTER_SECONDS),
        "silent_seconds": round(silent.total_seconds()),
        "streams": [told for told in process.streams if patient in ("", told["patient_id"])],
    }
