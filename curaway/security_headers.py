"""What every answer tells a browser not to do with it, whoever answers: a view, a middleware that refuses, a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpRequest
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]

ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    # Read by scripts of the allowed origins only, which ask by CORS; never put into somebody else's page.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
"""Where the answer does not say otherwise. Source: OWASP, "HTTP Security Response Headers Cheat Sheet"."""

JSON = "application/json"


def guard_answers(get_response: GetResponse) -> GetResponse:
    """Middleware: the headers above on every answer; and what is told as JSON is kept by no cache, as it is about
    people."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        if response.headers.get("Content-Type", "").startswith(JSON):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
