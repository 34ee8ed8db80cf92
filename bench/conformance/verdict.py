"""What came of a check."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    OK = "ok"
    FAILED = "fails"
    NOT_APPLICABLE = "does not apply"


class Verdict(NamedTuple):
    """The outcome, and why it is not `OK`."""

    outcome: Outcome
    why: str = ""


class DoesNotApply(Exception):
    """The check asks for what this server or machine has not; the text says what."""
