"""Running the checks: those that bear each other at the same time, the others after them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from bench.conformance import checks as _checks
from bench.conformance.check import CHECKS, Check, Turn
from bench.conformance.subject import Subject
from bench.conformance.target import Profile
from bench.conformance.verdict import Outcome, Verdict

AT_ONCE = 12
"""More would measure this machine: two cores carry the servers and the kit."""
SETTLING_SECONDS = 0.3

__all__ = ["CHECKS", "Result", "checks_for", "tried"]
assert _checks  # Importing them is what puts them into CHECKS.


class Result(NamedTuple):
    check: Check
    verdict: Verdict


Say = Callable[[Result], None]


def checks_for(profile: Profile, groups: Sequence[str] = ()) -> list[Check]:
    """The checks of a profile, in their order; of these groups, or of all."""
    fitting = [check for check in CHECKS if check.profile in (Profile.SSE, profile)]
    return [check for check in fitting if not groups or check.group in groups]


async def tried(subject: Subject, checks: Sequence[Check], say: Say) -> list[Result]:
    """Try every check; the results in the checks' order, each also told as it comes."""
    room = asyncio.Semaphore(AT_ONCE)
    lanes = [asyncio.Lock() for _ in range(subject.lanes)]
    results: dict[Check, Result] = {}

    async def attempt(number: int, check: Check) -> None:
        lane = number % subject.lanes
        async with room:
            if check.turn is Turn.ANY:
                verdict = await check.verdict(subject.target(lane))
            else:
                async with lanes[lane]:
                    verdict = await check.verdict(subject.target(lane))
        results[check] = Result(check, verdict)
        say(results[check])

    numbered = list(enumerate(checks))
    # Those that must wait for each other on a single stream begin first.
    together = sorted((one for one in numbered if one[1].turn <= Turn.OWN), key=lambda one: -one[1].turn)
    # Not gathered: when one of them breaks, the others must not go on against a server that is being ended.
    async with asyncio.TaskGroup() as trying:
        for number, check in together:
            trying.create_task(attempt(number, check))
    for number, check in sorted((one for one in numbered if one[1].turn > Turn.OWN), key=lambda one: one[1].turn):
        await attempt(number, check)
        # What it left must not count against the next one.
        await asyncio.sleep(SETTLING_SECONDS)
    return [results[check] for check in checks]


def failures(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.verdict.outcome is Outcome.FAILED]
