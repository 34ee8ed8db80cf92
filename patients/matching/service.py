"""Making a match: read the case, go through the stages, tell each as it is done."""

from __future__ import annotations

import time
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from events.log import StreamKey
from events.registry import RankedMatch
from patients import live
from patients.matching import gate, results, steps
from patients.matching.case import MatchCase, case_from_summary
from patients.matching.catalogue import catalogue
from patients.matching.engine import SHOWN, Scored, Screened, retrieve, score, screen
from patients.matching.explanation import Explainer, Explanation
from patients.matching.explanation_llm import explainer
from patients.matching.steps import Asked, MatchEnded
from patients.models import Match, MatchStatus

PATIENCE_SECONDS = 2.0
"""How long a request waits for the match another one is making; a worker thread waits with it."""

LOOK_AGAIN_SECONDS = 0.05
DEAD_AT_ONCE = 50


def run_match(*, tenant_id: str, patient_id: str, requested_by: str = "", request_key: str = "") -> Match:
    """Make a match for the patient, and return it, ended.

    One is made at a time: a second request, while one is being made, waits for it and returns that same one;
    still open when it takes longer than two seconds. Each stage is a transaction of its own, so that the
    stream hears it at once: not inside another transaction. Raises `PatientUnknown`, `PatientQuarantined` and
    `ConsentMissing`; any other fault ends the match as failed, to be asked for again.
    """
    case = _case(StreamKey(tenant_id, patient_id))
    asked = Asked(tenant_id, patient_id, requested_by, request_key)
    begun = steps.begin(asked, confidence=gate.confidence(case), now=timezone.now())
    if not begun.ours:
        return _awaited(begun.match)
    try:
        _make(begun.match, case, explainer(settings.ENVIRONMENT.ANTHROPIC_API_KEY))
    except MatchEnded:
        pass  # it says itself how
    except Exception:
        steps.interrupt(begun.match, now=timezone.now())
        raise
    return _as_stored(begun.match)


def end_dead_matches(*, now: datetime) -> int:
    """End those whose maker is gone, so that no match stays open for ever; how many there were."""
    dead = Match.objects.filter(status=MatchStatus.REQUESTED, claimed_until__lt=now).order_by("pk")[:DEAD_AT_ONCE]
    return sum(steps.end_dead(match, now=now) for match in dead)


def _case(key: StreamKey) -> MatchCase:
    return case_from_summary(live.snapshot(key).summary, today=timezone.now().date())


def _make(match: Match, case: MatchCase, explain: Explainer) -> None:
    if missing := gate.missing(case):
        return steps.gate(match, results=results.gated(case, missing), now=timezone.now())
    candidates = retrieve(case, catalogue())
    steps.advance(match, "retrieve", providers=len(candidates), now=timezone.now())
    screened = screen(case, candidates)
    steps.advance(match, "filter", providers=len(screened.kept), now=timezone.now())
    scored = score(case, screened.kept)
    steps.advance(match, "score", providers=len(scored), now=timezone.now())
    ranked = scored[:SHOWN]
    explained = explain(case, ranked)
    steps.advance(match, "explain", providers=len(ranked), now=timezone.now())
    return _complete(match, case, screened, ranked, explained)


def _complete(
    match: Match,
    case: MatchCase,
    screened: Screened,
    ranked: tuple[Scored, ...],
    explained: tuple[Explanation, ...],
) -> None:
    told = results.ranking(case, ranked, explained) if ranked else results.nobody(case, screened)
    places = [RankedMatch(provider_id=one.provider.id, score=one.score) for one in ranked]
    steps.complete(match, results=told, ranked=places, now=timezone.now())


def _awaited(match: Match) -> Match:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while match.status == MatchStatus.REQUESTED and time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN_SECONDS)
        match = _as_stored(match)
    return match


def _as_stored(match: Match) -> Match:
    return Match.objects.get(pk=match.pk)
