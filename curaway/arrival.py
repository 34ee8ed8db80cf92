"""What every request passes on its way in, before any view is looked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from curaway import context, tracing
from curaway.bounds import TOO_LARGE
from curaway.errors import HostUnknown
from curaway.refusals import answer_to

CLIENT_TYPES = frozenset({"web", "ios", "android", "cli", "server"})

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
UNTRACED = frozenset({"/health", "/ready", "/metrics"})
"""Asked all day by machines."""

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def request_context(get_response: GetResponse) -> GetResponse:
    """Middleware: serve the request under its own context, and say the correlation id on every answer."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        client_type = request.headers.get("X-Client-Type", "").lower()
        arrived = context.RequestContext(
            correlation_id=_correlation_id(request),
            client_type=client_type if client_type in CLIENT_TYPES else "web" if "Origin" in request.headers else None,
        )
        if tracing.is_on() and request.path not in UNTRACED:
            response = _traced(get_response, request, arrived)
        else:
            with context.serving(arrived):
                response = get_response(request)
        response["X-Correlation-ID"] = arrived.correlation_id
        return response

    return middleware


def _correlation_id(request: HttpRequest) -> str:
    brought = tracing.well_formed(request.headers.get("traceparent")) if tracing.is_on() else None
    given = request.headers.get("X-Correlation-ID")
    return context.correlation_id_from(tracing.correlation_of(brought) if brought and given is None else given)


def _traced(get_response: GetResponse, request: HttpRequest, arrived: context.RequestContext) -> HttpResponseBase:
    under = tracing.well_formed(request.headers.get("traceparent"))
    with tracing.arriving(arrived.correlation_id, under=under, name="request") as span:
        with context.serving(replace(arrived, traceparent=span.traceparent)):
            response = get_response(request)
        # The route, not the path, which names people.
        route = getattr(request.resolver_match, "route", "") or "unknown"
        # A method can be anything, and its text anybody's.
        method = request.method if request.method in METHODS else "_OTHER"
        attributes = {"http.request.method": method, "http.route": route}
        span.describe(f"{method} {route}", **attributes, **{"http.response.status_code": response.status_code})
    return response


def refuse_unknown_host(get_response: GetResponse) -> GetResponse:
    """Middleware: refuse a request for a host that is not served here, before Django does with a page of HTML."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost:
            return answer_to(HostUnknown())
        return answer_to(HostUnknown()) if _names_no_host(request) else get_response(request)

    return middleware


def _names_no_host(request: HttpRequest) -> bool:
    """Django takes our own name for it; RFC 9112, 3.2, asks for a 400 from HTTP/1.1 on."""
    return "HTTP_HOST" not in request.META and getattr(request, "scope", {}).get("http_version") == "1.1"


def refuse_large_request(get_response: GetResponse) -> GetResponse:
    """Middleware: refuse the request that `bounds` cut off; inside of CORS, so that a page can read why."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        refusal = getattr(request, "scope", {}).get(TOO_LARGE)
        if refusal is None:
            return get_response(request)
        response = answer_to(refusal())
        response["Connection"] = "close"
        return response

    return middleware
