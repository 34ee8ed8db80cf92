"""Tenants and their members; a member can be removed."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from events.admin.chosen import chosen
from events.admin.read_only import ReadOnlyAdmin
from patients.models import Membership, Tenant
from patients.services.access import remove_member


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
