"""Which path is answered by what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from curaway import readiness, scrape
from curaway.api import api
from curaway.errors import Internal, RouteUnknown
from curaway.portal import pages
from curaway.portal.api import api as portal
from curaway.refusals import answer_to, method_not_allowed
from patients.documents.upload_view import put_upload

View = Callable[..., HttpResponseBase]


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer_to(RouteUnknown())


def went_wrong(request: HttpRequest) -> HttpResponse:
    return answer_to(Internal())


def answering_methods(view: View) -> View:
    """HEAD is answered as GET is (RFC 9110, 9.3.2), its body left out by the server; any other method that Ninja
    refuses in plain text is refused in the envelope."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        allowed = _with_head(response["Allow"])
        if request.method not in allowed:
            return method_not_allowed(", ".join(allowed))
        request.method = "GET"
        return view(request, *args, **kwargs)

    return answered


def _with_head(allowed: str) -> list[str]:
    names = set(allowed.split(", "))
    return sorted(names | {"HEAD"} if "GET" in names else names)


def _in_envelopes(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern]:
    return [
        # Ninja's view of its root raises Http404; with DEBUG on, Django would show a page of its own.
        URLPattern(
            found.pattern,
            answering_methods(found.callback) if str(found.pattern) else nothing_here,
            found.default_args,
            found.name,
        )
        for found in patterns
        if isinstance(found, URLPattern)
    ]


_patterns, _app, _namespace = api.urls
_portal_patterns, _portal_app, _portal_namespace = portal.urls

urlpatterns = [
    path("api/v1/", (_in_envelopes(_patterns), _app, _namespace)),
    path("uploads/<str:token>", put_upload),
    path("", include("webhooks.urls")),
    path("health", answering_methods(readiness.health)),
    path("ready", answering_methods(readiness.ready)),
    path("metrics", scrape.scraped),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("", answering_methods(pages.home)),
    path("playground", answering_methods(pages.playground)),
    path("portal/", (_in_envelopes(_portal_patterns), _portal_app, _portal_namespace)),
    # Here and not only as handler404: with DEBUG on, Django shows a page of its own instead.
    re_path(r"^(?:api|uploads|webhooks|portal|assets)(?:/|$)", nothing_here),
    re_path(r"", pages.elsewhere),
]

handler404 = nothing_here
handler500 = went_wrong
