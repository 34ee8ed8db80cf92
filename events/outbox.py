"""The outbox's doorbell: telling the relay of this process that a job was committed.

The relay looks by itself every few seconds; a nudge only makes it sooner.
"""

from __future__ import annotations

from collections.abc import Callable

_listeners: list[Callable[[], None]] = []


def nudge() -> None:
    """Say that jobs are waiting; called after commit, from any thread."""
    for listener in tuple(_listeners):
        listener()


def on_nudge(listener: Callable[[], None]) -> Callable[[], None]:
    """Call `listener` at every nudge, from the nudging thread; returns what ends that."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)
