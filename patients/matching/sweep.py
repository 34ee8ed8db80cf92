"""The sweep: matches that a process left open when it died are ended by any other."""

from __future__ import annotations

from django.utils import timezone

from curaway.sweep import EVERY_SECONDS, Sweep
from events.chores import Chore
from patients.matching.service import end_dead_matches

DEAD_SQL = "SELECT FROM patients_match WHERE status = 'requested' AND claimed_until < now()"

_sweep = Sweep(lambda: end_dead_matches(now=timezone.now()), found="matches_ended")


def chore() -> Chore:
    """Has the round ask for dead matches."""
    return Chore(DEAD_SQL, {}, wake=_sweep.wake, every=EVERY_SECONDS)


async def sweep_matches() -> None:
    """End dead matches whenever there are some, until cancelled."""
    await _sweep.run()
