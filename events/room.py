"""What a process knows of one patient's stream: how far it has read, the frames it read last, who listens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from events.frames import Done, Frame
from events.log import StreamKey
from events.viewers import Viewer

RECENT_FRAMES = 128
RECENT_BYTES = 256 * 1024


class Listener(Protocol):
    """Somebody who wants to know that there may be something new, and can be sent away."""

    viewer: Viewer

    def wake(self) -> None: ...

    def end(self, done: Done) -> None: ...


class Room:
    """The listeners of one patient in this process, and the frames they share.

    `head` is the position this process has read up to; `recent` holds the frames of (`floor`, `head`], encoded
    once for all. Memory is bounded by `RECENT_FRAMES` and `RECENT_BYTES`, however slow a listener is: whoever
    has fallen behind `floor` reads the log from its own cursor.
    """

    __slots__ = ("active_at", "busy", "floor", "head", "key", "listeners", "recent", "size")

    def __init__(self, key: StreamKey, *, head: int, now: float) -> None:
        self.key = key
        self.head = self.floor = head
        self.recent: list[Frame] = []
        self.size = 0
        self.listeners: set[Listener] = set()
        self.active_at = now
        self.busy = False

    def grow(self, frames: Sequence[Frame], *, now: float) -> None:
        """Take in what was read after `head` and wake everybody."""
        if not frames:
            return
        if frames[0].position != self.head + 1:
            # Never expected; whoever is behind goes back to the log, which is the truth.
            self.forget()
        self.recent.extend(frames)
        self.size += sum(len(frame.wire) for frame in frames)
        self.head = frames[-1].position
        self.active_at = now
        self._let_go()
        self.wake()

    def after(self, cursor: int) -> list[Frame] | None:
        """The frames after `cursor`; None when they are not here any more and the log has to be read."""
        if cursor >= self.head:
            return []
        if cursor < self.floor:
            return None
        return self.recent[cursor - self.floor :]

    def _let_go(self) -> None:
        """Of the oldest frames that are too many."""
        old = max(0, len(self.recent) - RECENT_FRAMES)
        self.size -= sum(len(frame.wire) for frame in self.recent[:old])
        while self.size > RECENT_BYTES and old < len(self.recent) - 1:
            self.size -= len(self.recent[old].wire)
            old += 1
        del self.recent[:old]
        self.floor = self.recent[0].position - 1

    def forget(self) -> None:
        """Let go of the shared frames; nothing is lost, the log has them."""
        self.recent.clear()
        self.size = 0
        self.floor = self.head

    def wake(self) -> None:
        for listener in self.listeners:
            listener.wake()
