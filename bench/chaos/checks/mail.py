"""Mails: each that counts as sent has left, and left once, but for the one window that nothing can close."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from bench.chaos.checks.table import Table
from bench.chaos.checks.violation import Violation

STORED_WITHIN = 8.0
"""Seconds from a mail's leaving to its being stored, with a database that is coming back."""


def check_mail(
    mails: Iterable[dict[str, Any]], harmful: Sequence[tuple[float, float]], table: Table
) -> Iterator[Violation]:
    """`harmful`: when faults began and ended that took the sender or its database.

    A process that dies after a mail has left and before that was stored makes it leave again, under the same
    Message-ID; without such a fault at its first leaving, a second one is a mistake.
    """
    left = _left(mails)
    for notification, status in table.notifications.items():
        if status == "sent" and notification not in left:
            yield Violation("a mail that counts as sent has left", notification)
    for notification, times in left.items():
        for first, _ in pairwise(times):
            if not any(begin < first + STORED_WITHIN and first - 1 < end for begin, end in harmful):
                yield Violation("a mail leaves once", f"{notification}, {len(times)} times")


def left_again(mails: Iterable[dict[str, Any]]) -> int:
    """How many mails have left more than once."""
    return sum(1 for times in _left(mails).values() if len(times) > 1)


def _left(mails: Iterable[dict[str, Any]]) -> dict[str, list[float]]:
    """Notification → when a mail of it has left."""
    left: dict[str, list[float]] = {}
    for mail in mails:
        left.setdefault(mail["mail"].strip("<>").partition("@")[0], []).append(mail["at"])
    return left
