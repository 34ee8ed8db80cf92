"""Records with a page of ours instead of Django's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from events.admin.read_only import ReadOnlyAdmin

M = TypeVar("M", bound=Model)


class PageAdmin(ReadOnlyAdmin[M]):
    """Shows `page`; a button on it posts to a view that answers with `pressed`."""

    def page(self, request: HttpRequest, row: M) -> HttpResponse:
        raise NotImplementedError

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Mapping[str, Any] | None = None,
    ) -> HttpResponse:
        """The page; nothing can be posted to it."""
        return self._answer(request, object_id, request.method in ("GET", "HEAD"), self.page)

    def pressed(
        self,
        request: HttpRequest,
        object_id: str,
        allowed: bool,
        answer: Callable[[HttpRequest, M], HttpResponse],
    ) -> HttpResponse:
        """The answer to a button of the page, for those who may see the page and are `allowed` the button."""
        if request.method != "POST":
            # The address of a pressed button, opened again: nothing is done a second time.
            return HttpResponseRedirect(reverse(self._address("change"), args=[object_id]))
        return self._answer(request, object_id, allowed, answer)

    def _answer(
        self,
        request: HttpRequest,
        object_id: str,
        allowed: bool,
        answer: Callable[[HttpRequest, M], HttpResponse],
    ) -> HttpResponse:
        if not (allowed and self.has_view_permission(request)):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            messages.warning(request, f"There is no such {self.opts.verbose_name}.")
            return HttpResponseRedirect(reverse(self._address("changelist")))
        return answer(request, row)

    def _address(self, page: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
