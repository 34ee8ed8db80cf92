"""The clinical record: what each source says, where it says so, and what has taken its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from events.admin.columns import moment
from events.admin.filters import TenantFilter
from events.admin.protecting_admin import Link, ProtectingAdmin, links_to
from events.admin.search import by_id
from events.log import StreamKey
from patients.chat import thread
from patients.models import Document, FhirResource, Patient, Source
from patients.record.statements import RESOURCE_TYPES


class ResourceTypeFilter(admin.SimpleListFilter):
    """What it is about: the types that a record can hold."""

    title = "type"
    parameter_name = "resource_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in RESOURCE_TYPES.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[FhirResource]) -> QuerySet[FhirResource]:
        return queryset if self.value() is None else queryset.filter(resource_type=self.value())


class ConflictFilter(admin.SimpleListFilter):
    """Whether it contradicts what another source says."""

    title = "conflict"
    parameter_name = "conflict"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Contradicts another"), ("no", "Contradicts none")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[FhirResource]) -> QuerySet[FhirResource]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(conflict_with__isnull=self.value() == "no")


class StandingFilter(admin.SimpleListFilter):
    """Whether its source still says so."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("live", "Said now"), ("superseded", "Superseded")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[FhirResource]) -> QuerySet[FhirResource]:
        if self.value() not in ("live", "superseded"):
            return queryset
        return queryset.filter(superseded_by__isnull=self.value() == "live")


@admin.register(FhirResource)
class FhirResourceAdmin(ProtectingAdmin[FhirResource]):
    """Lists, finds and shows FHIR resources; nobody changes what a source has said."""

    list_display = (
        "id",
        "recorded",
        "resource_type",
        "display",
        "source",
        "source_id",
        "page_number",
        "confidence",
        "canonical",
        "conflict_with_id",
        "superseded_by_id",
        "patient_id",
        "tenant_id",
    )
    list_title = "Clinical record"
    list_filter = (ResourceTypeFilter, "source", TenantFilter, "canonical", ConflictFilter, StandingFilter)
    lookups = frozenset({"resource_type", "source__exact", "tenant", "canonical__exact", "conflict", "standing"})
    ordering = ("id",)
    search_fields = ("id", "patient_id", "source_id")
    search_help_text = "A whole resource id, patient id, or id of a document or message."
    protected = frozenset({"code", "display", "details", "body", "effective_at", "fingerprint"})

    @admin.display(description="Recorded (UTC)")
    def recorded(self, row: FhirResource) -> str:
        return moment(row.recorded_at)

    @admin.display(description="Page")
    def page_number(self, row: FhirResource) -> int | None:
        return row.page

    def get_queryset(self, request: HttpRequest) -> QuerySet[FhirResource]:
        return super().get_queryset(request).defer("body", "details")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[FhirResource], search_term: str
    ) -> tuple[QuerySet[FhirResource], bool]:
        return by_id(queryset, search_term, "id", "patient_id", "source_id"), False

    def links(self, row: FhirResource) -> Sequence[Link]:
        return [
            *links_to("Patient", Patient.objects.filter(pk=row.patient_id, tenant_id=row.tenant_id)),
            *links_to("Said by", _sources(row)),
            *links_to("Contradicts", _others(row, pk=row.conflict_with_id)),
            *links_to("Contradicted by", _others(row, conflict_with=row)),
            *links_to("Superseded by", _others(row, pk=row.superseded_by_id)),
            *links_to("Supersedes", _others(row, superseded_by=row)),
        ]


def _sources(row: FhirResource) -> Iterator[Model]:
    """The document, or the event of the message, that it was taken from."""
    if row.source == Source.DOCUMENT:
        yield from Document.objects.filter(pk=row.source_id, patient_id=row.patient_id, tenant_id=row.tenant_id)
    elif row.source == Source.CHAT:
        said = thread.find(StreamKey(row.tenant_id, row.patient_id), row.source_id)
        if said is not None:
            yield said


def _others(row: FhirResource, **standing: Any) -> QuerySet[FhirResource]:
    return FhirResource.objects.filter(patient_id=row.patient_id, tenant_id=row.tenant_id, **standing).order_by("pk")
