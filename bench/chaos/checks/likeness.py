"""Whether what a client was told is what was recorded, also where the table holds a field sealed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bench.chaos.checks.violation import Violation
from bench.chaos.digest import digests

SEAL = "phi:"
"""How a sealed field begins in the table: what it says only the server can tell."""

NOT_OPENED = frozenset(digests({"": told})[""] for told in ("[erased]", "[unreadable]"))
"""What a client is told in place of a field that can't be opened; nobody is erased in a run."""


def is_told(recorded: Mapping[str, Any], told: Mapping[str, str]) -> bool:
    """Whether the digests of the fields as told are those of the payload as recorded."""
    sealed = {name for name, value in recorded.items() if _is_sealed(value)}
    plain = {name: value for name, value in recorded.items() if name not in sealed}
    as_sealed = digests({name: recorded[name] for name in sealed})
    return (
        digests(plain) == {name: digest for name, digest in told.items() if name not in sealed}
        and sealed <= told.keys()
        and all(told[name] != as_sealed[name] and told[name] not in NOT_OPENED for name in sealed)
    )


def check_likeness(heard: Iterable[Mapping[str, Any]]) -> Iterator[Violation]:
    """Whether everybody was told the same of each event, and of a patient's state at each position."""
    first: dict[str, Any] = {}
    for one in heard:
        if one["said"] == "event" and first.setdefault(one["event"], one["payload"]) != one["payload"]:
            yield Violation("everybody is told the same", f"{one['viewer']}: event {one['event']}")
        elif one["said"] == "connected":
            what = f"state of {one['patient_id']} at {one['head']}"
            if first.setdefault(what, one["state"]) != one["state"]:
                yield Violation("everybody is told the same", f"{one['viewer']}: {what}")


def _is_sealed(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(SEAL)
