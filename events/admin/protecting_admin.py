"""Records with protected columns: masked until somebody who may see them asks to, which is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.db.models import Field, Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst

from events.admin.columns import moment
from events.admin.masking import MASK
from events.admin.page_admin import PageAdmin
from events.admin.read_only import admin_actor
from events.disclosure import record_look
from events.errors import EventNotRecorded

M = TypeVar("M", bound=Model)


class Link(NamedTuple):
    """Where a record leads: `title` says what it is to it."""

    title: str
    name: str
    address: str


class ProtectingAdmin(PageAdmin[M]):
    """Masks the columns in `protected`: in lists for everybody, on a record's page until the button is pressed."""

    protected: ClassVar[frozenset[str]] = frozenset()

    def whose(self, row: M) -> tuple[str, str]:
        """The tenant and the patient that the record is about."""
        return row.tenant_id, row.patient_id  # type: ignore[attr-defined]

    def links(self, row: M) -> Sequence[Link]:
        """Where the record came from, and what became of it."""
        return ()

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = super().get_list_display(request)
        return [_hidden(column) if column in self.protected else column for column in columns]

    def get_urls(self) -> list[URLPattern]:
        protected = self.admin_site.admin_view(self.protected_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_protected"
        return [path("<path:object_id>/protected/", protected, name=name), *super().get_urls()]

    def page(self, request: HttpRequest, row: M) -> HttpResponse:
        """The record, protected columns masked."""
        return self._page(request, row, masked=self.protected)

    def protected_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The button: the record's page with its protected columns, for this one time."""
        return self.pressed(request, object_id, self.has_view_phi_permission(request), self._disclose)

    def _disclose(self, request: HttpRequest, row: M) -> HttpResponse:
        tenant_id, patient_id = self.whose(row)
        kind = str(self.opts.verbose_name)
        try:
            record_look(kind, str(row.pk), tenant_id=tenant_id, patient_id=patient_id, by=admin_actor(request))
        except EventNotRecorded:
            messages.error(request, "Nothing is shown: looking at the protected fields could not be recorded.")
            return HttpResponseRedirect(reverse(self._address("change"), args=[quote(row.pk)]))
        return self._page(request, row, masked=frozenset())

    def _page(self, request: HttpRequest, row: M, *, masked: Collection[str]) -> TemplateResponse:
        facts, texts = _told(row, self.opts.concrete_fields, masked)
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(str(self.opts.verbose_name)),
            "opts": self.opts,
            "row": row,
            "columns": facts,
            "texts": texts,
            "links": self.links(row),
            "is_masked": bool(masked),
            "is_disclosed": bool(self.protected) and not masked,
            "may_disclose": self.has_view_phi_permission(request),
            "protected_address": reverse(self._address("protected"), args=[quote(row.pk)]),
        }
        return TemplateResponse(request, "admin/curaway/record.html", context)


def _told(row: Model, fields: Sequence[Field[Any, Any]], masked: Collection[str]) -> tuple[list[Any], list[Any]]:
    """(name, value) of the columns that are a word, and of those that are a text."""
    cells = [(str(field.verbose_name), _cell(row, field, masked)) for field in fields]
    texts = [(name, _text(value)) for name, value in cells if isinstance(value, (dict, list))]
    return [(name, value) for name, value in cells if not isinstance(value, (dict, list))], texts


def _cell(row: Model, field: Field[Any, Any], masked: Collection[str]) -> Any:
    if field.name in masked:
        return MASK  # not even read: it may be long
    value = getattr(row, field.attname)
    return moment(value) if hasattr(value, "tzinfo") else value


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _hidden(column: str) -> Callable[[Model], str]:
    @admin.display(description=column.replace("_", " "))
    def hidden(_: Model) -> str:
        return MASK

    return hidden


def links_to(title: str, rows: Iterable[Model]) -> Iterator[Link]:
    """To the admin's page of each of the rows."""
    for row in rows:
        page = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        yield Link(title, str(row.pk), reverse(page, args=[quote(row.pk)]))
