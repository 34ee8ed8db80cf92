"""What every request passes on its way in, before any view is looked for."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from curaway import context
from curaway.door import TOO_LARGE
from curaway.errors import BodyTooLarge, HostUnknown
from curaway.refusals import answer_to

CLIENT_TYPES = frozenset({"web", "ios", "android", "cli", "server"})

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def request_context(get_response: GetResponse) -> GetResponse:
    """Middleware: serve the request under its own context, and say the correlation id on every answer."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        client_type = request.headers.get("X-Client-Type", "").lower()
        arrived = context.RequestContext(
            correlation_id=context.correlation_id_from(request.headers.get("X-Correlation-ID")),
            client_type=client_type if client_type in CLIENT_TYPES else "web" if "Origin" in request.headers else None,
        )
        with context.serving(arrived):
            response = get_response(request)
        response["X-Correlation-ID"] = arrived.correlation_id
        return response

    return middleware


def refuse_unknown_host(get_response: GetResponse) -> GetResponse:
    """Middleware: refuse a request for a host that is not served here, before Django does with a page of HTML."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost:
            return answer_to(HostUnknown())
        return get_response(request)

    return middleware


def refuse_large_body(get_response: GetResponse) -> GetResponse:
    """Middleware: refuse the request whose body `Door` cut off; inside of CORS, so that a page can read why."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if TOO_LARGE not in getattr(request, "scope", {}):
            return get_response(request)
        response = answer_to(BodyTooLarge())
        response["Connection"] = "close"
        return response

    return middleware
