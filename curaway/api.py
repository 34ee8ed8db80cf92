"""The composition of the API: its routers, its parser, its one way to refuse, its description."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from curaway.json_body import StorableJson
from curaway.openapi import complete
from curaway.refusals import answer_to
from patients import api as patients
from patients import api_stream
from patients.bearer import BearerInTenant
from patients.chat import api as chat
from patients.documents import api as documents
from patients.matching import api as matching
from patients.record import api as record

DESCRIPTION = """Patients, their documents, and the live stream of what happens to them.

Every answer comes in an envelope: `data`, `meta`, `errors`. Every request names its tenant in `X-Tenant-ID`."""


class CurawayAPI(NinjaAPI):
    """Ninja's API, with the headers and refusals that all routes share in its description."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        complete(schema)
        return schema


def build() -> CurawayAPI:
    """The API with all its routers."""
    api = CurawayAPI(
        title="Curaway", version="v1", description=DESCRIPTION, parser=StorableJson(), auth=BearerInTenant()
    )
    refuse_in_envelopes(api)
    for router in (patients.router, documents.router, chat.router, matching.router, record.router, api_stream.router):
        api.add_router("", router)
    return api


def refuse_in_envelopes(api: NinjaAPI) -> None:
    """Let the API refuse as every answer of ours does, whatever went wrong."""
    # Ninja has handlers of its own for these; the nearest class counts, so each is named.
    for kind in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(kind, _refused)


def _refused(_: HttpRequest, problem: Exception | type[Exception]) -> HttpResponse:
    return answer_to(problem if isinstance(problem, Exception) else problem())


api = build()
