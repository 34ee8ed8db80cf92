"""Which path is answered by what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path, re_path

from curaway import readiness
from curaway.api import api
from curaway.errors import Internal, RouteUnknown
from curaway.refusals import answer_to, method_not_allowed
from patients.documents.upload_view import put_upload

View = Callable[..., HttpResponseBase]


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer_to(RouteUnknown())


def went_wrong(request: HttpRequest) -> HttpResponse:
    return answer_to(Internal())


def refusing_methods(view: View) -> View:
    """Ninja refuses a method in plain text; this says it in the envelope."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        return method_not_allowed(response["Allow"]) if isinstance(response, HttpResponseNotAllowed) else response

    return answered


def _in_envelopes(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern]:
    return [
        URLPattern(found.pattern, refusing_methods(found.callback), found.default_args, found.name)
        for found in patterns
        if isinstance(found, URLPattern)
    ]


_patterns, _app, _namespace = api.urls

urlpatterns = [
    path("api/v1/", (_in_envelopes(_patterns), _app, _namespace)),
    path("uploads/<str:token>", put_upload),
    path("", include("webhooks.urls")),
    path("health", readiness.health),
    path("ready", readiness.ready),
    path("admin/", admin.site.urls),
    # Here and not only as handler404: with DEBUG on, Django shows a page of its own instead.
    re_path(r"^(?:api|uploads|webhooks)(?:/|$)", nothing_here),
]

handler404 = nothing_here
handler500 = went_wrong
