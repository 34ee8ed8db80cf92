"""Making a match: read the case, go through the stages, tell each as it is done.

Each stage is a transaction of its own, so that the stream hears it at once. What waits, for a language model or
for somebody else's match, waits on the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from curaway import log
from curaway.errors import AppError
from curaway.threads import in_worker
from events.log import StreamKey
from events.registry import RankedMatch
from patients import live
from patients.errors import PatientUnknown
from patients.matching import gate, results, steps
from patients.matching.case import MatchCase, case_from_summary
from patients.matching.catalogue import catalogue
from patients.matching.engine import SHOWN, Scored, Screened, retrieve, score, screen
from patients.matching.explanation import Explanation, explain
from patients.matching.explanation_llm import rewording
from patients.matching.steps import Asked, MatchEnded
from patients.models import Match, MatchStatus

logger = log.get(__name__)

PATIENCE_SECONDS = 2.0
"""How long a request waits for the match another one is making."""

LOOK_AGAIN_SECONDS = 0.1
DEAD_AT_ONCE = 50
AGAIN_AFTER = timedelta(minutes=1)


class Ranking(NamedTuple):
    """Who fits, best first, and why, in the templates' words; not told yet."""

    case: MatchCase
    screened: Screened
    ranked: tuple[Scored, ...]
    explained: tuple[Explanation, ...]


class Opened(NamedTuple):
    """A match that was begun, here or elsewhere; `ranking` when it is ours and not ended yet."""

    match: Match
    ranking: Ranking | None = None


def open_match(*, tenant_id: str, patient_id: str, requested_by: str = "", request_key: str = "") -> Opened:
    """Begin a match for the patient, and make it as far as rules go; or find the one that is being made.

    Not inside another transaction. Raises `PatientUnknown`, `PatientQuarantined` and `ConsentMissing`; any other
    fault ends the match as failed, to be asked for again.
    """
    case = _case(StreamKey(tenant_id, patient_id))
    asked = Asked(tenant_id, patient_id, requested_by, request_key)
    begun = steps.begin(asked, confidence=gate.confidence(case), now=timezone.now())
    if not begun.ours:
        return Opened(begun.match)
    with _ending(begun.match):
        return Opened(begun.match, _rank(begun.match, case))
    return Opened(_as_stored(begun.match))


async def close_match(opened: Opened) -> Match:
    """The match, ended: explained in the settings' words when it is ours.

    One is made at a time: a second request, while one is being made, waits for it and returns that same one;
    still open when it takes longer than two seconds.
    """
    if opened.ranking is None:
        return await _awaited(opened.match)
    explained = await rewording(settings.ENVIRONMENT.ANTHROPIC_API_KEY)(opened.ranking.explained)
    return await in_worker(_tell, opened.match, opened.ranking._replace(explained=explained))


def end_dead_matches(*, now: datetime) -> int:
    """End those whose maker is gone, so that no match stays open for ever; how many there were."""
    dead = Match.objects.filter(status=MatchStatus.REQUESTED, claimed_until__lt=now).order_by("claimed_until")
    return sum(_end_dead(match, now) for match in dead[:DEAD_AT_ONCE])


def _end_dead(match: Match, now: datetime) -> bool:
    try:
        return steps.end_dead(match, now=now)
    except AppError as fault:
        # The person's key is unusable, say: put off, so that it holds up no other.
        logger.error("match_not_ended", match_id=match.pk, cause=type(fault).__name__)
        same = Match.objects.filter(tenant_id=match.tenant_id, pk=match.pk, claimed_until=match.claimed_until)
        same.update(claimed_until=now + AGAIN_AFTER)
        return False


def _case(key: StreamKey) -> MatchCase:
    return case_from_summary(live.snapshot(key).summary, today=timezone.now().date())


def _rank(match: Match, case: MatchCase) -> Ranking | None:
    """The stages before the last one; None when too little is known for a match, which has ended then."""
    if missing := gate.missing(case):
        steps.gate(match, results=results.gated(case, missing), now=timezone.now())
        return None
    candidates = retrieve(case, catalogue())
    steps.advance(match, "retrieve", providers=len(candidates), now=timezone.now())
    screened = screen(case, candidates)
    steps.advance(match, "filter", providers=len(screened.kept), now=timezone.now())
    scored = score(case, screened.kept)
    steps.advance(match, "score", providers=len(scored), now=timezone.now())
    ranked = scored[:SHOWN]
    return Ranking(case, screened, ranked, explain(case, ranked))


def _tell(match: Match, ranking: Ranking) -> Match:
    with _ending(match):
        case, screened, ranked, explained = ranking
        steps.advance(match, "explain", providers=len(ranked), now=timezone.now())
        told = results.ranking(case, ranked, explained) if ranked else results.nobody(case, screened)
        places = [RankedMatch(provider_id=one.provider.id, score=one.score) for one in ranked]
        steps.complete(match, results=told, ranked=places, now=timezone.now())
    return _as_stored(match)


@contextmanager
def _ending(match: Match) -> Iterator[None]:
    """Around the making of a match: a fault ends it, to be asked for again; one that was ended says itself how."""
    try:
        yield
    except MatchEnded:
        pass
    except Exception:
        steps.interrupt(match, now=timezone.now())
        raise


async def _awaited(match: Match) -> Match:
    match = await in_worker(_as_stored, match)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while match.status == MatchStatus.REQUESTED:
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
                match = await in_worker(_as_stored, match)
    except TimeoutError:
        pass
    return match


def _as_stored(match: Match) -> Match:
    stored = Match.objects.filter(tenant_id=match.tenant_id, pk=match.pk).first()
    if stored is None:
        raise PatientUnknown  # erased meanwhile
    return stored
