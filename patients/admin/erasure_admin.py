"""Erasures: asked for on a page of its own, and shown with their certificates."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from curaway import context
from curaway.errors import AppError
from events.admin.page_admin import PageAdmin
from events.admin.read_only import ReadOnlyAdmin, admin_actor
from events.admin.search import by_id
from patients.erasure.certificate import as_json, as_text
from patients.erasure.erase import Asked, erase_patient
from patients.erasure.files import delete_files, remaining
from patients.erasure.models import Erasure
from patients.models import Patient


@admin.action(description="Erase for good (GDPR Art. 17)…", permissions=["delete_for_good"])
def erase(
    model_admin: ReadOnlyAdmin[Patient], request: HttpRequest, patients: QuerySet[Patient]
) -> HttpResponse | None:
    """A page that asks; the erasure, once the patient's id was typed there."""
    chosen = list(patients[:2])
    if len(chosen) != 1:
        messages.error(request, "Nothing was erased: choose one patient.")
        return None
    patient = chosen[0]
    typed, reason = request.POST.get("typed_id"), request.POST.get("reason", "").strip()
    if typed == patient.pk and 0 < len(reason) <= 200:
        _erase(request, patient, reason)
        return None
    page = {
        **model_admin.admin_site.each_context(request),
        "title": "Erase a patient for good",
        "opts": model_admin.opts,
        "patient": patient,
        "reason": reason,
        "is_mistyped": typed is not None,
    }
    return TemplateResponse(request, "admin/patients/erase.html", page)


def _erase(request: HttpRequest, patient: Patient, reason: str) -> None:
    operator = admin_actor(request)
    context.amend(actor_id=operator)
    try:
        erasure = erase_patient(Asked(patient.tenant_id, patient.pk, operator, reason))
    except AppError as refused:
        messages.error(request, f"{patient.pk}: {refused.message}")
        return
    for _ in delete_files(erasure):
        pass
    left = f" {remaining(erasure)} files are still to be deleted." if remaining(erasure) else ""
    messages.success(request, f"Erased {patient.pk}; their certificate is {erasure.pk}.{left}")


@admin.register(Erasure)
class ErasureAdmin(PageAdmin[Erasure]):
    """Lists who was erased, and shows each certificate."""

    list_display = ("erased_at", "id", "patient_id", "tenant_id", "operator")
    ordering = ("-erased_at", "id")
    search_fields = ("id", "patient_id")
    search_help_text = "A whole certificate id or patient id."

    def page(self, request: HttpRequest, row: Erasure) -> HttpResponse:
        """The certificate, as people and as programs read it."""
        context_of_page = {
            **self.admin_site.each_context(request),
            "title": "Erasure",
            "opts": self.opts,
            "row": row,
            "text": as_text(row),
            "json": as_json(row),
            "remaining": remaining(row),
        }
        return TemplateResponse(request, "admin/patients/erasure.html", context_of_page)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Erasure], search_term: str
    ) -> tuple[QuerySet[Erasure], bool]:
        return by_id(queryset, search_term, "id", "patient_id"), False
