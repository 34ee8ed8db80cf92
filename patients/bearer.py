"""How the API's routes ask who is asking: before anything else of the request is looked at."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security.http import HttpAuthBase

from curaway.errors import InputInvalid, RouteUnknown
from patients.access import Caller, caller
from patients.arriving import NOTHING, Besides

POSITION = "after"


class BearerInTenant(HttpAuthBase):
    """A session token and a tenant that its holder belongs to; raises the refusal that applies."""

    openapi_scheme = "bearer"
    openapi_bearerFormat = "JWT"  # noqa: N815 (OpenAPI's own spelling)

    def __init__(self, besides: Besides = NOTHING) -> None:
        """`besides`: what the route will need of the patient; see `Caller.besides`."""
        super().__init__()
        self._besides = besides

    def __call__(self, request: HttpRequest) -> Caller:
        who = caller(request, self._besides)
        # Postgres has no NUL in text: a query with one would fail as if it were our fault.
        if "\x00" in request.path:
            raise RouteUnknown
        for name, values in request.GET.lists():
            # A position may be anything: one that means nothing is no error.
            if name != POSITION and ("\x00" in name or any("\x00" in value for value in values)):
                raise InputInvalid(problems=[("query", "Must not contain control characters.")])
        return who
