"""Admin pages that only show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.http import HttpRequest

from events.admin.change_list import UncountedChangeList
from events.admin.dates import DATE_PARTS

M = TypeVar("M", bound=Model)

if TYPE_CHECKING:

    class _ModelAdmin(admin.ModelAdmin[M]): ...

else:
    # Django's class can't be subscripted at runtime.
    class _ModelAdmin(admin.ModelAdmin, Generic[M]): ...


class ReadOnlyAdmin(_ModelAdmin[M]):
    """Nobody adds, changes or deletes here, whatever their permissions; lists are read a page at a time, uncounted.

    `lookups`, and the parts of its date hierarchy, are the only parameters a list's address may filter by.
    """

    change_list_template = "admin/curaway/change_list.html"
    actions_on_bottom = False
    list_per_page = 100
    show_full_result_count = False
    # Sorting by a column, or counting per filter, would read the whole table.
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER

    lookups: ClassVar[frozenset[str]] = frozenset()
    list_title: ClassVar[str] = ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_view_phi_permission(self, request: HttpRequest) -> bool:
        """Whether protected health information may be shown to this user."""
        return request.user.has_perm("events.view_phi")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # Django allows any column: `?payload__content__contains=…` would answer questions about masked fields.
        return lookup in self.lookups or lookup in {f"{self.date_hierarchy}__{part}" for part in DATE_PARTS}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return UncountedChangeList

    def changelist_view(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> Any:
        title = self.list_title or str(self.opts.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})


def admin_actor(request: HttpRequest) -> str:
    """The signed-in user, as facts name who caused them: `admin:<username>`."""
    name = f"admin:{request.user.get_username()}"
    # The column holds 100 characters; a cut name could be two people's. No username contains a "#".
    return name if len(name) <= 100 else f"admin:#{request.user.pk}"
