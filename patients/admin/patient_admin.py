"""Patients and what they allow; a patient can be quarantined and released."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from curaway import context
from curaway.errors import AppError
from events.admin.chosen import chosen
from events.admin.protecting_admin import ProtectingAdmin
from events.admin.read_only import admin_actor
from events.admin.search import by_id
from patients.admin.erasure_admin import erase
from patients.models import Consent, Patient
from patients.services.access import quarantine_patient, release_patient


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
class PatientAdmin(ProtectingAdmin[Patient]):
    list_display = ("id", "tenant_id", "locale", "quarantined", "created_at", "first_name", "last_name", "email")
    ordering = ("id",)
    search_fields = ("id",)
    search_help_text = "A whole patient id."
    actions = (quarantine, release, erase)
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

    def whose(self, row: Patient) -> tuple[str, str]:
        return row.tenant_id, row.pk

    def has_delete_for_good_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("patients.delete_patient")

    def has_quarantine_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("patients.change_patient")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Patient], search_term: str
    ) -> tuple[QuerySet[Patient], bool]:
        return by_id(queryset, search_term, "id"), False


@admin.register(Consent)
class ConsentAdmin(ProtectingAdmin[Consent]):
    list_display = ("created_at", "patient_id", "purpose", "granted", "policy_version")
    ordering = ("-id",)
    protected = frozenset({"ip_address", "user_agent"})
