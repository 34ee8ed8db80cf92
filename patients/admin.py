"""The admin's view of tenants, their members and patients; only access is changed here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from curaway import context
from curaway.errors import AppError
from events.admin.chosen import chosen
from events.admin.masking import MASK
from events.admin.read_only import ReadOnlyAdmin, admin_actor
from events.admin.search import by_id
from patients.models import Consent, Document, Match, Membership, Patient, Tenant

# Django finds an app's pages in this module.
from patients.notifications.admin import NotificationAdmin as NotificationAdmin
from patients.services.access import quarantine_patient, release_patient, remove_member

M = TypeVar("M", bound=Model)


class _Protecting(ReadOnlyAdmin[M]):
    """Shows the columns in `protected` only to those who may see protected health information."""

    protected: ClassVar[frozenset[str]] = frozenset()

    def get_list_display(self, request: HttpRequest) -> Any:
        return self._shown(request, super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        return self._shown(request, [field.name for field in self.opts.concrete_fields])

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        return self.get_fields(request, obj)

    def _shown(self, request: HttpRequest, columns: Sequence[Any]) -> list[Any]:
        if self.has_view_phi_permission(request):
            return list(columns)
        return [_hidden(column) if column in self.protected else column for column in columns]


def _hidden(column: str) -> Callable[[Model], str]:
    @admin.display(description=column.replace("_", " "))
    def hidden(_: Model) -> str:
        return MASK

    return hidden


@admin.register(Tenant)
class TenantAdmin(ReadOnlyAdmin[Tenant]):
    list_display = ("id", "name", "organization", "open_to_patients", "created_at")
    ordering = ("id",)


@admin.action(description="Remove from tenant", permissions=["remove"])
def remove_from_tenant(model_admin: MembershipAdmin, request: HttpRequest, members: QuerySet[Membership]) -> None:
    removed = [remove_member(tenant_id=member.tenant_id, subject=member.subject) for member in chosen(request, members)]
    if any(removed):
        messages.success(request, f"Removed {sum(removed)}; their open streams end now.")


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin[Membership]):
    list_display = ("subject", "tenant_id", "role", "created_at", "removed_at")
    ordering = ("id",)
    actions = (remove_from_tenant,)

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("patients.change_membership")


@admin.action(description="Quarantine", permissions=["quarantine"])
def quarantine(model_admin: PatientAdmin, request: HttpRequest, patients: QuerySet[Patient]) -> None:
    _each(request, patients, quarantine_patient, "Quarantined")


@admin.action(description="Release", permissions=["quarantine"])
def release(model_admin: PatientAdmin, request: HttpRequest, patients: QuerySet[Patient]) -> None:
    _each(request, patients, release_patient, "Released")


def _each(request: HttpRequest, patients: QuerySet[Patient], change: Callable[..., None], done: str) -> None:
    context.amend(actor_id=admin_actor(request))
    for patient in chosen(request, patients):
        try:
            change(tenant_id=patient.tenant_id, patient_id=patient.id)
        except AppError as refused:
            messages.error(request, f"{patient.id}: {refused.message}")
        else:
            messages.success(request, f"{done} {patient.id}.")


@admin.register(Patient)
class PatientAdmin(_Protecting[Patient]):
    list_display = ("id", "tenant_id", "locale", "quarantined", "created_at", "first_name", "last_name", "email")
    ordering = ("id",)
    search_fields = ("id",)
    search_help_text = "A whole patient id."
    actions = (quarantine, release)
    protected = frozenset(
        {
            "subject",
            "first_name",
            "last_name",
            "email",
            "phone",
            "date_of_birth",
            "sex",
            "procedure_interest",
            "preferences",
        }
    )

    def has_quarantine_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("patients.change_patient")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Patient], search_term: str
    ) -> tuple[QuerySet[Patient], bool]:
        return by_id(queryset, search_term, "id"), False


@admin.register(Consent)
class ConsentAdmin(_Protecting[Consent]):
    list_display = ("created_at", "patient_id", "purpose", "granted", "policy_version")
    ordering = ("-id",)
    protected = frozenset({"ip_address", "user_agent"})


@admin.register(Document)
class DocumentAdmin(_Protecting[Document]):
    list_display = ("id", "patient_id", "filename", "content_type", "size", "status", "reason", "created_at")
    ordering = ("id",)
    search_fields = ("id", "patient_id")
    search_help_text = "A whole document id or patient id."
    protected = frozenset({"filename", "pages"})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        # The lists never need a document's text, which is long.
        return super().get_queryset(request).defer("pages")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Document], search_term: str
    ) -> tuple[QuerySet[Document], bool]:
        return by_id(queryset, search_term, "id", "patient_id"), False


@admin.register(Match)
class MatchAdmin(_Protecting[Match]):
    list_display = ("id", "patient_id", "status", "stage", "providers", "confidence", "created_at", "completed_at")
    ordering = ("-created_at",)
    search_fields = ("id", "patient_id")
    search_help_text = "A whole match id or patient id."
    protected = frozenset({"results"})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Match], search_term: str
    ) -> tuple[QuerySet[Match], bool]:
        return by_id(queryset, search_term, "id", "patient_id"), False
