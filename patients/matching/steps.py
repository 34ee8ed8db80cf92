"""What happens to a match in the database: begun, moved on, ended; each a short transaction that emits last.

Every step locks the patient first, so that there is one open match, and consent is not withdrawn in its middle.
An open match belongs to whoever began it until it is ended; nobody takes it over, so its status is proof enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from django.db import transaction

from curaway import context
from events.emit import emit_event
from events.grammar import EventPayload
from events.registry import MatchCompleted, MatchFailed, MatchRequested, MatchStageCompleted, RankedMatch
from patients import queries
from patients.errors import PatientUnknown
from patients.idempotency_keys import KEPT_SECONDS
from patients.matching.phrases import say
from patients.models import Match, MatchStatus, Patient, Purpose

CLAIM = timedelta(seconds=15)
"""How long a stage may take; a match that has not moved for so long is dead."""

NEEDS = (Purpose.CROSS_BORDER_TRANSFER, Purpose.CLINICAL_DATA_PROCESSING)

Stage = Literal["retrieve", "filter", "score", "explain"]


class Asked(NamedTuple):
    """Who asks for a match, for whom; `key` is the hashed idempotency key, empty without one."""

    tenant_id: str
    patient_id: str
    requested_by: str = ""
    key: str = ""


class Begun(NamedTuple):
    """The match that answers the request; `ours` to make, or somebody else's."""

    match: Match
    ours: bool


class MatchEnded(Exception):
    """The match was ended by somebody else, or may not go on; it says itself how."""


@transaction.atomic
def begin(asked: Asked, *, confidence: float, now: datetime) -> Begun:
    """A new match, or the one that is being made; one that nobody makes any more is ended first.

    The match that an idempotency key was used for before answers it again, unless it failed. Raises
    `PatientUnknown`, `PatientQuarantined` and `ConsentMissing`.
    """
    patient = queries.locked_patient(asked.tenant_id, asked.patient_id)
    queries.require_consent(patient, NEEDS)
    known = _answered(patient, asked, now) or _open(patient)
    if known is not None and (known.status != MatchStatus.REQUESTED or known.claimed_until > now):
        return Begun(known, ours=False)
    if known is not None:
        _interrupt(known, patient, now)
    match = Match.objects.create(
        patient=patient,
        tenant_id=patient.tenant_id,
        confidence=confidence,
        requested_by=asked.requested_by,
        request_key=asked.key,
        correlation_id=context.current().correlation_id,
        claimed_until=now + CLAIM,
    )
    _emit(match, MatchRequested(match_id=match.pk))
    return Begun(match, ours=True)


def advance(match: Match, stage: Stage, *, providers: int, now: datetime) -> None:
    """A stage is done: tell, and keep the claim; raises `MatchEnded`."""
    with _step(match, now) as held:
        if held is not None:
            held.stage, held.providers, held.claimed_until = stage, providers, now + CLAIM
            held.save(update_fields=["stage", "providers", "claimed_until"])
            _emit(held, MatchStageCompleted(match_id=held.pk, stage=stage, providers=providers))
    _must_be_held(held)


def complete(match: Match, *, results: Mapping[str, Any], ranked: list[RankedMatch], now: datetime) -> None:
    """The match is made; raises `MatchEnded`."""
    with _step(match, now) as held:
        if held is not None:
            _end(held, MatchStatus.COMPLETED, results, providers=len(ranked), now=now)
            _emit(held, MatchCompleted(match_id=held.pk, providers=len(ranked), matches=ranked))
    _must_be_held(held)


def gate(match: Match, *, results: Mapping[str, Any], now: datetime) -> None:
    """Too little is known for a match; `results["message"]` says what would help. Raises `MatchEnded`."""
    with _step(match, now) as held:
        if held is not None:
            _fail(held, MatchStatus.GATED, results, now=now)
    _must_be_held(held)


@transaction.atomic
def interrupt(match: Match, *, now: datetime) -> None:
    """End a match whose making failed, to be asked for again; nothing happens when it has ended."""
    patient, held = _locked(match)
    if held.status == MatchStatus.REQUESTED:
        _interrupt(held, patient, now)


@transaction.atomic
def end_dead(match: Match, *, now: datetime) -> bool:
    """The same for a match whose claim has run out; False when it has ended, or moves again."""
    patient, held = _locked(match)
    if held.status != MatchStatus.REQUESTED or held.claimed_until > now:
        return False
    _interrupt(held, patient, now)
    return True


@contextmanager
def _step(match: Match, now: datetime) -> Iterator[Match | None]:
    """One transaction around the locked match; None in its place when it may not be worked on any more.

    None and not an exception: that the match was ended for lack of consent has to be committed.
    """
    with transaction.atomic():
        patient, held = _locked(match)
        open_still = held.status == MatchStatus.REQUESTED
        allowed = not patient.quarantined and queries.granted(patient).issuperset(NEEDS)
        if open_still and not allowed:
            _fail(held, MatchStatus.FAILED, _told("withdrawn", patient), now=now, retryable=False)
        yield held if open_still and allowed else None


def _must_be_held(held: Match | None) -> None:
    if held is None:
        raise MatchEnded


def _open(patient: Patient) -> Match | None:
    matches = Match.objects.filter(tenant_id=patient.tenant_id, patient=patient)
    return matches.filter(status=MatchStatus.REQUESTED).first()


def _answered(patient: Patient, asked: Asked, now: datetime) -> Match | None:
    """The process may have died between the match's end and the keeping of its answer."""
    if not asked.key:
        return None
    since = now - timedelta(seconds=KEPT_SECONDS)
    matches = Match.objects.filter(tenant_id=patient.tenant_id, patient=patient, request_key=asked.key)
    return matches.filter(created_at__gt=since).exclude(status=MatchStatus.FAILED).order_by("-created_at").first()


def _locked(match: Match) -> tuple[Patient, Match]:
    tenant_id = match.tenant_id
    patient = Patient.objects.select_for_update(no_key=True).filter(tenant_id=tenant_id, pk=match.patient_id).first()
    if patient is None:
        raise PatientUnknown  # erased meanwhile
    return patient, Match.objects.select_for_update(no_key=True).get(tenant_id=tenant_id, pk=match.pk)


def _interrupt(match: Match, patient: Patient, now: datetime) -> None:
    _fail(match, MatchStatus.FAILED, _told("interrupted", patient), now=now)


def _told(message: str, patient: Patient) -> dict[str, Any]:
    return {"message": say("message", message, patient.locale)}


def _fail(
    match: Match, status: MatchStatus, results: Mapping[str, Any], *, now: datetime, retryable: bool = True
) -> None:
    _end(match, status, results, providers=0, now=now)
    _emit(match, MatchFailed(match_id=match.pk, reason=results["message"], retryable=retryable))


def _end(match: Match, status: MatchStatus, results: Mapping[str, Any], *, providers: int, now: datetime) -> None:
    match.status, match.results, match.providers, match.completed_at = status, dict(results), providers, now
    match.stage = "completed" if status == MatchStatus.COMPLETED else "failed"
    match.save(update_fields=["status", "results", "providers", "completed_at", "stage"])


def _emit(match: Match, fact: EventPayload) -> None:
    emit_event(fact.records, match.tenant_id, match.patient_id, fact, correlation_id=match.correlation_id)
