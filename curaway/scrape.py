"""`/metrics`, for Prometheus."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from curaway import metrics
from curaway.environment import Environment
from curaway.errors import AuthHeaderMissing, AuthTokenInvalid, RouteUnknown
from curaway.refusals import method_not_allowed, refusing
from events.operations.job_figures import JobFigures


@refusing
def scraped(request: HttpRequest) -> HttpResponseBase:
    """The figures of this process (of all workers with PROMETHEUS_MULTIPROC_DIR) and of the outbox.

    For who has METRICS_TOKEN; without that setting there is nothing here, except in development.
    """
    _check(request.headers.get("Authorization", ""), settings.ENVIRONMENT)
    if request.method not in ("GET", "HEAD"):
        return method_not_allowed("GET, HEAD")
    response = HttpResponse(metrics.exposition(JobFigures()), content_type=metrics.CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def _check(authorization: str, environment: Environment) -> None:
    token = environment.METRICS_TOKEN
    if not token:
        if environment.DEBUG:
            return
        raise RouteUnknown
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "bearer" or not given:
        raise AuthHeaderMissing
    if not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise AuthTokenInvalid
