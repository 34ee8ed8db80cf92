"""The job board: how much is on its way, how old it is, what failed and why; publishing again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from events.admin.columns import moment
from events.admin.read_only import ReadOnlyAdmin
from events.operations import job_board
from events.operations.job_figures import ended_jobs, open_jobs
from events.operations.pages import JobBoard

WEEK = timedelta(days=7)


@admin.register(JobBoard)
class JobBoardAdmin(ReadOnlyAdmin[JobBoard]):
    """One page over the outbox, for who may see jobs."""

    list_title = "Job board"

    def has_view_permission(self, request: HttpRequest, obj: JobBoard | None = None) -> bool:
        return request.user.has_perm("events.view_job")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        return [path("", self.admin_site.admin_view(self.changelist_view), name="events_jobboard_changelist")]

    def changelist_view(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> HttpResponse:
        """The page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": self.list_title,
            "opts": self.opts,
            "open": [(jobs, _age(jobs.oldest_seconds)) for jobs in open_jobs()],
            "ended": ended_jobs(),
            "faults": job_board.faults(within=WEEK),
            "failed": [(job, moment(job.created_at)) for job in job_board.newest_failed()],
            "longest": job_board.LONGEST,
            "may_publish": request.user.has_perm("events.change_job"),
        }
        return TemplateResponse(request, "admin/curaway/job_board.html", context)


def _age(seconds: float) -> str:
    """`12 s`, `3 min`, `5 h`, `2 d`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"
