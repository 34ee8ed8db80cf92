"""The admin: the event history and the outbox, for support staff and auditors."""

from __future__ import annotations

from django.contrib import admin

from events.admin.access_record_admin import AccessRecordAdmin
from events.admin.event_admin import EventAdmin
from events.admin.job_admin import JobAdmin
from events.admin.job_board_admin import JobBoardAdmin
from events.admin.live_admin import LiveAdmin
from events.admin.replay_admin import ReplayAdmin

__all__ = ["AccessRecordAdmin", "EventAdmin", "JobAdmin", "JobBoardAdmin", "LiveAdmin", "ReplayAdmin"]

admin.site.site_header = "Curaway events"
admin.site.site_title = "Curaway events"
admin.site.index_title = "Event history and operations"
