"""The outbox: what facts caused to be done, how far it came, and publishing it again."""

from __future__ import annotations

import json

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from curaway.context import amend
from events.admin.chosen import chosen
from events.admin.columns import moment, narrowing_link
from events.admin.filters import CorrelationFilter
from events.admin.page_admin import PageAdmin
from events.admin.read_only import admin_actor
from events.admin.search import by_id
from events.admin.thread import thread_of
from events.errors import EventNotRecorded
from events.jobs import republish
from events.models import Job, JobStatus


@admin.action(description="Publish again", permissions=["publish"])
def publish_again(model_admin: JobAdmin, request: HttpRequest, jobs: QuerySet[Job]) -> None:
    for job in chosen(request, jobs):
        model_admin.publish(request, job)


@admin.register(Job)
class JobAdmin(PageAdmin[Job]):
    """Lists, finds and shows jobs; sends one to the queue again for those who may change jobs."""

    list_display = (
        "created",
        "kind",
        "state",
        "attempts",
        "deliveries",
        "last_error",
        "patient_id",
        "due",
        "published",
        "finished",
        "correlation",
    )
    list_display_links = ("created", "kind")
    list_title = "Jobs"
    list_filter = (CorrelationFilter, "status", "kind")
    search_fields = ("correlation_id", "id")
    search_help_text = "A whole correlation id or job id."
    lookups = frozenset({"status__exact", "kind__exact", "correlation"})
    actions = (publish_again,)

    @admin.display(description="Created (UTC)")
    def created(self, job: Job) -> str:
        return moment(job.created_at)

    @admin.display(description="Status")
    def state(self, job: Job) -> str:
        return format_html('<span class="status status-{}">{}</span>', job.status, job.get_status_display())

    @admin.display(description="Due")
    def due(self, job: Job) -> str:
        return moment(job.due_at)

    @admin.display(description="Published")
    def published(self, job: Job) -> str:
        return moment(job.published_at)

    @admin.display(description="Finished")
    def finished(self, job: Job) -> str:
        return moment(job.finished_at)

    @admin.display(description="Correlation id")
    def correlation(self, job: Job) -> str:
        return narrowing_link("job", "correlation", job.correlation_id)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whether this user may send jobs to the queue again."""
        return self.has_view_permission(request) and request.user.has_perm("events.change_job")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Job], search_term: str
    ) -> tuple[QuerySet[Job], bool]:
        return by_id(queryset, search_term, "correlation_id"), False

    def get_urls(self) -> list[URLPattern]:
        again = self.admin_site.admin_view(self.publish_view)
        return [path("<path:object_id>/publish/", again, name="events_job_publish"), *super().get_urls()]

    def page(self, request: HttpRequest, job: Job) -> HttpResponse:
        """The job, its body and its thread."""
        context = {
            **self.admin_site.each_context(request),
            "title": "Job",
            "opts": self.opts,
            "job": job,
            "columns": [(str(field.verbose_name), getattr(job, field.attname)) for field in self.opts.concrete_fields],
            "body": json.dumps(job.body, indent=2, ensure_ascii=False),
            "may_publish": self.has_publish_permission(request) and job.status != JobStatus.DONE,
            "thread": thread_of(job),
        }
        return TemplateResponse(request, "admin/curaway/job.html", context)

    def publish_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button."""
        return self.pressed(request, object_id, self.has_publish_permission(request), self._publish)

    def _publish(self, request: HttpRequest, job: Job) -> HttpResponse:
        self.publish(request, job)
        return HttpResponseRedirect(reverse("admin:events_job_change", args=[job.pk]))

    def publish(self, request: HttpRequest, job: Job) -> None:
        """Send the job to the queue again, and say so; a finished one is refused."""
        if job.status == JobStatus.DONE:
            messages.error(request, f"Job {job.pk} is done; it was not published again.")
            return
        amend(actor_id=admin_actor(request))
        try:
            republish(job)
        except EventNotRecorded:
            messages.error(request, f"Job {job.pk} was not published again: it could not be recorded.")
            return
        messages.success(request, f"Job {job.pk} is waiting to be published again.")
