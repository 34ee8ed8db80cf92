"""What the doctor found: one line per check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """`fail`: something does not work; `warn`: it works, and worse than it could, or could not be looked at."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """`says`: what was seen, with its figures and without secrets. `do`: what helps; empty when nothing has to."""

    check: str
    state: State
    says: str
    do: str = ""


def ok(check: str, says: str) -> Finding:
    return Finding(check, State.OK, says)


def warn(check: str, says: str, do: str) -> Finding:
    return Finding(check, State.WARN, says, do)


def fail(check: str, says: str, do: str) -> Finding:
    return Finding(check, State.FAIL, says, do)
