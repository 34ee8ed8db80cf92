"""The replay inspector: what a client would have received from a position on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from events.admin.columns import moment
from events.admin.masking import masked
from events.admin.read_only import ReadOnlyAdmin, admin_actor
from events.audit import audit_sentence
from events.disclosure import record_look
from events.errors import EventNotRecorded
from events.frames import STREAMED_AS
from events.log import StreamKey
from events.models import Event
from events.operations import replay as replaying
from events.operations.pages import Replay

LIST = "admin:events_replay_changelist"


@admin.register(Replay)
class ReplayAdmin(ReadOnlyAdmin[Replay]):
    """A form and what it asks for, for who may see events; the frames themselves on record only."""

    list_title = "Replay"

    def has_view_permission(self, request: HttpRequest, obj: Replay | None = None) -> bool:
        return request.user.has_perm("events.view_event")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="events_replay_changelist"),
            path("protected/", view(self.protected_view), name="events_replay_protected"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> HttpResponse:
        """The form, and the events that would be sent, protected fields masked."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._page(request, _asked(request.GET))

    def protected_view(self, request: HttpRequest) -> HttpResponse:
        """The button: the very frames, for this one time."""
        if request.method != "POST":
            return HttpResponseRedirect(reverse(LIST))
        if not (self.has_view_permission(request) and self.has_view_phi_permission(request)):
            raise PermissionDenied
        asked = _asked(request.POST)
        after = asked["after"] or "now"
        try:
            record_look(
                "replay",
                f"after {after}"[:100],
                tenant_id=asked["tenant"],
                patient_id=asked["patient"],
                by=admin_actor(request),
            )
        except EventNotRecorded:
            messages.error(request, "Nothing is shown: looking at the protected fields could not be recorded.")
            return HttpResponseRedirect(reverse(LIST))
        return self._page(request, asked, protected="yes")

    def _page(self, request: HttpRequest, asked: Mapping[str, str], *, protected: str = "") -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": self.list_title,
            "opts": self.opts,
            "asked": asked,
            "may_disclose": self.has_view_phi_permission(request),
            "is_disclosed": bool(protected),
            **(_answer(asked, protected) if asked["tenant"] and asked["patient"] else {}),
        }
        return TemplateResponse(request, "admin/curaway/replay.html", context)


def _asked(given: Mapping[str, str]) -> dict[str, str]:
    """The form's fields; no NUL, which the database does not know, and no more than a field holds."""
    names = ("tenant", "patient", "after", "epoch")
    return {name: str(given.get(name, "")).replace("\x00", "").strip()[:100] for name in names}


def _answer(asked: Mapping[str, str], protected: str) -> dict[str, Any]:
    key = StreamKey(asked["tenant"], asked["patient"])
    found = replaying.replay(key, resume=asked["after"] or None, epoch=asked["epoch"] or None)
    start = found.start
    facts = {"position": start.position, "head": start.head, "resumed": start.resumed, "epoch": start.epoch}
    if start.reset is not None:
        facts["reset"] = start.reset
    return {
        "connected": json.dumps(facts),
        "frames": [_frame(event) for event in found.events],
        "next": found.events[-1].position if found.has_more else None,
        "start": start,
        "wire": replaying.wire(key, after=start.position) if protected else "",
    }


def _frame(event: Event) -> dict[str, Any]:
    return {
        "event": event,
        "name": STREAMED_AS.get(event.event_type, event.event_type),
        "recorded": moment(event.created_at),
        "sentence": audit_sentence(event),
        "payload": json.dumps(masked(event), ensure_ascii=False),
    }
