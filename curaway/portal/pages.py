"""The portal's pages: one for patients, one for those who build it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from curaway.errors import RouteUnknown
from curaway.refusals import answer_to

PERMISSIONS = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"
"""A report may be photographed; nothing else of the device is asked for."""


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """The portal, or how to build it."""
    page = settings.PORTAL / "index.html"
    return _page(page) if page.is_file() else render(request, "portal/not_built.html")


@require_safe
def playground(request: HttpRequest) -> HttpResponseBase:
    """The stream as a developer sees it; with DEBUG on only."""
    page = settings.PORTAL / "playground.html"
    if not settings.ENVIRONMENT.DEBUG or not page.is_file():
        raise Http404
    return _page(page)


def elsewhere(request: HttpRequest) -> HttpResponseBase:
    """Nothing is here: a person who asks for a page gets the portal, a program the envelope; both with 404."""
    page = settings.PORTAL / "index.html"
    if request.method in ("GET", "HEAD") and "text/html" in request.headers.get("Accept", "") and page.is_file():
        return _page(page, status=404)
    return answer_to(RouteUnknown())


def _page(page: Path, *, status: int = 200) -> HttpResponse:
    # It names the hashed files: kept by a browser, it would ask for those of an older version.
    headers = {"Cache-Control": "no-cache", "Permissions-Policy": PERMISSIONS}
    return HttpResponse(page.read_bytes(), status=status, headers=headers)
