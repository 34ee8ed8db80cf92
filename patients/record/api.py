"""The record over HTTP, as FHIR R4."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from curaway.envelope import Envelope, answer
from patients import access
from patients.record import queries

router = Router(tags=["Record"])


@router.get("/patients/{patient_id}/fhir", response=Envelope[list[dict[str, Any]]], summary="Read the FHIR resources")
def read_resources(request: HttpRequest, patient_id: str) -> dict[str, Any]:
    """All that the sources say now, as FHIR R4 resources, also what they say twice or disagree about; the summary
    says which are shown."""
    _, patient = access.reader(request, patient_id)
    return answer(queries.bodies(patient))


@router.get(
    "/patients/{patient_id}/fhir/{resource_type}",
    response=Envelope[list[dict[str, Any]]],
    summary="Read the FHIR resources of a type",
)
def read_resources_of_type(request: HttpRequest, patient_id: str, resource_type: str) -> dict[str, Any]:
    """Those of one type, such as `Condition`; none for a type that the record does not hold."""
    _, patient = access.reader(request, patient_id)
    return answer(queries.bodies(patient, resource_type))
