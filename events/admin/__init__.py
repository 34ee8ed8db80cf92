"""The admin: the event history and the outbox, for support staff and auditors."""

from __future__ import annotations

from django.contrib import admin

from events.admin.event_admin import EventAdmin
from events.admin.job_admin import JobAdmin

__all__ = ["EventAdmin", "JobAdmin"]

admin.site.site_header = "Curaway events"
admin.site.site_title = "Curaway events"
admin.site.index_title = "Event history and operations"
