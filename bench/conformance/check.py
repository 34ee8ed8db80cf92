"""A check: a function whose docstring is the sentence that it checks."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from enum import IntEnum
from typing import NamedTuple

from bench.conformance.body import Broken
from bench.conformance.target import Profile, Target
from bench.conformance.verdict import DoesNotApply, Outcome, Verdict
from bench.conformance.wire import Silent

Work = Callable[[Target], Awaitable[None]]
LONGEST_SECONDS = 90.0


class Turn(IntEnum):
    """What a check can bear beside it."""

    ANY = 0
    """Others on the same stream."""
    OWN = 1
    """Others on the server's other streams."""
    ALONE = 2
    """Nothing: it loads the server or looks at its process. After all the others."""
    LAST = 3
    """It ends the server."""


class Check(NamedTuple):
    group: str
    name: str
    sentence: str
    source: str
    profile: Profile
    turn: Turn
    work: Work

    async def verdict(self, target: Target) -> Verdict:
        """Try it. A check that itself breaks is not caught: it would look like the server's fault."""
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                await self.work(target)
        except DoesNotApply as reason:
            return Verdict(Outcome.NOT_APPLICABLE, str(reason))
        except (AssertionError, Broken, Silent) as reason:
            return Verdict(Outcome.FAILED, " ".join(str(reason).split()))
        except TimeoutError:
            return Verdict(Outcome.FAILED, f"not over after {LONGEST_SECONDS:g} s")
        return Verdict(Outcome.OK)


CHECKS: list[Check] = []


def check(source: str, *, profile: Profile = Profile.SSE, turn: Turn = Turn.ANY) -> Callable[[Work], Work]:
    """Add a function to the kit; `source` is what says so."""

    def added(work: Work) -> Work:
        sentence = inspect.getdoc(work)
        assert sentence, f"{work.__name__} says nothing"
        group, name = work.__module__.rpartition(".")[2], work.__name__
        CHECKS.append(Check(group, name, " ".join(sentence.split()), source, profile, turn, work))
        return work

    return added


def contract(section: str, *, turn: Turn = Turn.ANY) -> Callable[[Work], Work]:
    """Add a check of what this project promises beyond the standards."""
    return check(f"contract, {section}", profile=Profile.CURAWAY, turn=turn)
