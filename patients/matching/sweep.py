"""The sweep: matches that a process left open when it died are ended by any other."""

from __future__ import annotations

from django.utils import timezone

from curaway.sweep import sweep_for_ever
from patients.matching.service import end_dead_matches


async def sweep_matches() -> None:
    """Look for dead matches, for ever, until cancelled."""
    await sweep_for_ever(lambda: end_dead_matches(now=timezone.now()), found="matches_ended")
