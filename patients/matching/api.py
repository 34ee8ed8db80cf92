"""Matches over HTTP: parse, authorise, one call."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from curaway.envelope import Envelope, answer
from patients import access
from patients.access import Caller
from patients.idempotency import answer_once_in_steps, hashed_key
from patients.matching import service
from patients.matching.schemas import MatchRecord
from patients.matching.service import Opened
from patients.matching.steps import NEEDS
from patients.models import Match, Patient

router = Router(tags=["Matching"])

NEWEST = 50


@router.post("/patients/{patient_id}/match", response=Envelope[MatchRecord], summary="Find providers")
def request_match(request: HttpRequest, patient_id: str) -> HttpResponse:
    """Answers with ranked providers, or with a message and what would help. The stages are told on the stream
    while they happen. One match is made at a time: a request while one is being made answers with that one,
    which is still `requested` when it takes longer than two seconds. Needs `cross_border_transfer` and
    `clinical_data_processing`."""
    who, patient = access.writer(request, patient_id, needs=NEEDS)
    return answer_once_in_steps(request, who, 200, lambda: _opened(request, who, patient), _closed)


@router.get("/patients/{patient_id}/matches", response=Envelope[list[MatchRecord]], summary="List the matches")
def read_matches(request: HttpRequest, patient_id: str) -> dict[str, Any]:
    """The newest 50, newest first, each as it was answered."""
    _, patient = access.reader(request, patient_id)
    matches = Match.objects.filter(tenant_id=patient.tenant_id, patient_id=patient.pk)
    return answer([MatchRecord.of(match) for match in matches.order_by("-created_at", "-id")[:NEWEST]])


def _opened(request: HttpRequest, who: Caller, patient: Patient) -> Opened:
    return service.open_match(
        tenant_id=patient.tenant_id,
        patient_id=patient.pk,
        requested_by=who.subject,
        request_key=hashed_key(request, who),
    )


async def _closed(opened: Opened) -> MatchRecord:
    return MatchRecord.of(await service.close_match(opened))
