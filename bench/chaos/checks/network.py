"""What was planned against the network has met somebody: a fault that nobody noticed proves nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from bench.chaos.checks.violation import Violation
from bench.chaos.fault import Kind

NOTED = {
    Kind.CLIENTS_CUT: {"client cut in a frame", "client cut between frames"},
    Kind.CLIENTS_SLOWED: {"client slowed"},
    Kind.CALLBACKS_TWICE: {"callback twice"},
    Kind.CALLBACKS_LATE: {"callback late"},
    Kind.ANSWERS_LOST: {"callback's answer lost"},
}
"""What the wire notes when it really did it."""


def check_network(begun: Collection[str], network: Sequence[dict[str, Any]]) -> Iterator[Violation]:
    """`begun`: the kinds of faults that have begun."""
    for kind in unmet(begun, network):
        yield Violation("every fault of the network meets somebody", kind)


def unmet(begun: Collection[str], network: Sequence[dict[str, Any]]) -> list[Kind]:
    """The kinds that have begun and of which the wire has noted nothing yet."""
    done = {note["done"] for note in network}
    return [kind for kind, noted in NOTED.items() if kind in begun and not noted & done]
