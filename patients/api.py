"""Patients, their consents, and their summary over HTTP: parse, authorise, one call."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from curaway.envelope import Envelope, answer
from curaway.identity import Role
from patients import access, live, queries
from patients.bearer import BearerInTenant
from patients.idempotency import answer_once
from patients.models import Purpose
from patients.schemas import (
    ConsentDecision,
    ConsentRecord,
    ConsentState,
    PatientChange,
    PatientRecord,
    Registration,
    SummaryAt,
)
from patients.services.consent import Decision, record_consent
from patients.services.registration import register_patient, update_patient
from patients.state import STATE

router = Router(tags=["Patients"])


@router.post("/patients", response={201: Envelope[PatientRecord]}, summary="Register a patient")
def register(request: HttpRequest, registration: Registration) -> HttpResponse:
    """A patient registers themself, once; a coordinator registers a patient of their tenant. Unknown fields are
    ignored."""
    who = access.registrar(request)
    subject = who.subject if who.role is Role.PATIENT else None
    return answer_once(
        request,
        who,
        201,
        lambda: PatientRecord.of(
            register_patient(tenant_id=who.tenant.id, subject=subject, details=registration.fields())
        ),
    )


@router.get("/patients/me", response=Envelope[PatientRecord], summary="Read who one is")
def read_own(request: HttpRequest) -> dict[str, Any]:
    """The patient that the signed-in person is; there is none before they have registered."""
    return answer(PatientRecord.of(access.own(request)))


@router.get("/patients/{patient_id}", response=Envelope[PatientRecord], summary="Read a patient")
def read(request: HttpRequest, patient_id: str) -> dict[str, Any]:
    """The patient's own data; the clinical record is in the summary."""
    _, patient = access.reader(request, patient_id)
    return answer(PatientRecord.of(patient))


@router.put("/patients/{patient_id}", response=Envelope[PatientRecord], summary="Change a patient")
def change(request: HttpRequest, patient_id: str, changes: PatientChange) -> HttpResponse:
    """Changes the given fields and leaves the others; null clears an optional one."""
    who, patient = access.writer(request, patient_id)
    return answer_once(
        request,
        who,
        200,
        lambda: PatientRecord.of(
            update_patient(tenant_id=patient.tenant_id, patient_id=patient.id, changes=changes.fields())
        ),
    )


@router.get(
    "/patients/{patient_id}/summary",
    auth=BearerInTenant(STATE),
    response=Envelope[SummaryAt],
    summary="Read the summary",
)
def read_summary(request: HttpRequest, patient_id: str) -> dict[str, Any]:
    """The record's summary and the stream position it was read at, from one snapshot: follow the stream from
    there and nothing is missed or told twice."""
    position, summary, epoch, _ = live.snapshot_for(*access.reader(request, patient_id))
    return answer({"position": position, "summary": summary, "epoch": epoch})


@router.post("/consent", response={201: Envelope[ConsentRecord]}, summary="Grant or revoke a purpose")
def decide(request: HttpRequest, decision: ConsentDecision) -> HttpResponse:
    """Keeps an immutable record; the newest one of a purpose counts."""
    who, patient = access.writer(request, decision.patient_id)
    taken = Decision(
        decision.purpose,
        decision.granted,
        decision.policy_version,
        request.META.get("REMOTE_ADDR") or None,
        "".join(filter(str.isprintable, request.headers.get("User-Agent", "")))[:300],
    )
    return answer_once(
        request,
        who,
        201,
        lambda: ConsentRecord.of(record_consent(tenant_id=patient.tenant_id, patient_id=patient.id, decision=taken)),
    )


@router.get("/patients/{patient_id}/consent", response=Envelope[list[ConsentState]], summary="Read the consents")
def read_consents(request: HttpRequest, patient_id: str) -> dict[str, Any]:
    """What holds now, for every purpose there is."""
    _, patient = access.reader(request, patient_id)
    decisions, now = queries.decisions(patient), timezone.now()
    return answer([ConsentState.of(purpose, decisions.get(purpose), now=now) for purpose in Purpose.values])
