"""Access records: who followed which patient's stream, from where to where, and why it ended."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from events.access_records.models import AccessRecord
from events.admin.columns import NOTHING, moment, narrowing_link
from events.admin.read_only import ReadOnlyAdmin
from events.admin.search import by_id


class AccessPatientFilter(admin.SimpleListFilter):
    """One patient's; chosen by a link in the list, so it offers only itself."""

    title = "patient"
    parameter_name = "patient"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [] if self.value() is None else [(str(self.value()), str(self.value()))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccessRecord]) -> QuerySet[AccessRecord]:
        # Postgres has no NUL in its texts; the driver would fail on one.
        return queryset if self.value() is None else queryset.filter(patient_id=str(self.value()).replace("\x00", ""))


@admin.register(AccessRecord)
class AccessRecordAdmin(ReadOnlyAdmin[AccessRecord]):
    """Lists and finds; a record holds ids and numbers, and nothing of what was seen."""

    list_display = (
        "opened",
        "actor_id",
        "role",
        "tenant_id",
        "patient",
        "position_from",
        "position_to",
        "ended",
        "why",
        "process_name",
        "correlation",
    )
    list_title = "Access records"
    list_filter = (AccessPatientFilter, "reason")
    lookups = frozenset({"reason__exact", "patient"})
    ordering = ("-opened_at", "-id")
    date_hierarchy = "opened_at"
    search_fields = ("patient_id", "actor_id")
    search_help_text = "A whole patient id, or the subject of a token."

    @admin.display(description="Opened (UTC)")
    def opened(self, record: AccessRecord) -> str:
        return moment(record.opened_at)

    @admin.display(description="Patient")
    def patient(self, record: AccessRecord) -> str:
        return narrowing_link("accessrecord", "patient", record.patient_id)

    @admin.display(description="Ended (UTC)")
    def ended(self, record: AccessRecord) -> str:
        return moment(record.ended_at)

    @admin.display(description="Why it ended")
    def why(self, record: AccessRecord) -> str:
        return record.get_reason_display() or NOTHING

    @admin.display(description="Correlation id")
    def correlation(self, record: AccessRecord) -> str:
        return narrowing_link("event", "correlation", record.correlation_id)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AccessRecord], search_term: str
    ) -> tuple[QuerySet[AccessRecord], bool]:
        return by_id(queryset, search_term, "patient_id", "actor_id"), False
