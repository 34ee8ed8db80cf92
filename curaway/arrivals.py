"""Requests on their way to this process: how long each is waited for, and how much of one is kept.

A connection whose client owes something stands in a list, oldest first, and one timer looks at the lists. One whose
request has arrived, as that of every open stream, stands in none and costs nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from curaway import log

logger = log.get(__name__)

HEAD_SECONDS = 10.0
"""From the connection, or a request's first byte, to the end of its head."""
PAUSE_SECONDS = 30.0
"""Between two pieces of a body: a telephone that changes networks needs some."""
PART_BYTES = 1088 * 1024
"""Of a head that has no end yet: a position of 1 MB is answered as any other that means nothing."""
ALL_PARTS_BYTES = 64 * 1024**2
"""Of all these in a process together; beyond it, the largest goes."""
LOOK_SECONDS = 1.0

NOTHING, TIMED_OUT, TOO_LARGE = b"", b"408 Request Timeout", b"431 Request Header Fields Too Large"


class Connection(Protocol):
    """What is needed of a connection that is waited for."""

    def waits_for_client(self) -> bool:
        """Whether it is the client's turn; the application may not have taken yet what came."""

    def cut(self, status: bytes) -> None:
        """Close it, with an answer of this status if there is one and none was begun."""


@dataclass(slots=True)
class Part:
    """What came of a head, or behind the last piece of a body, in bytes; and until when the rest is waited for."""

    until: float
    size: int = 0


Waiting = dict[Connection, Part]
"""Oldest first: all of one list are given the same time."""


class Arrivals:
    """The connections of one event loop whose clients owe something."""

    def __init__(self, *, room: int) -> None:
        """`room`: how many connections there may be before those that have said nothing for longest are cut."""
        self.heads: Waiting = {}
        self.bodies: Waiting = {}
        self._room = room
        self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def part(self, connection: Connection) -> Part | None:
        """What came of its request's head or body, when that is waited for."""
        return self.heads.get(connection) or self.bodies.get(connection)

    def await_head(self, connection: Connection) -> None:
        """From now on, unless it is waited for already."""
        if connection not in self.heads:
            self.heads[connection] = self._begun(HEAD_SECONDS)

    def await_body(self, connection: Connection) -> None:
        """The next piece of it, from now on; the head has arrived."""
        self.forget(connection)
        self.bodies[connection] = self._begun(PAUSE_SECONDS)

    def forget(self, connection: Connection) -> None:
        """Its client owes nothing."""
        for waiting in (self.heads, self.bodies):
            part = waiting.pop(connection, None)
            if part is not None:
                self._bytes -= part.size

    def count(self, connection: Connection, size: int, *, before: Part | None) -> None:
        """So many bytes came; `before`: what was waited for until then. Those of a body's pieces are not kept here."""
        part = self.heads.get(connection) or self.bodies.get(connection)
        if part is None or (part is not before and connection in self.bodies):
            return
        part.size += size
        self._bytes += size
        if part.size > PART_BYTES:
            self._cut(connection, TOO_LARGE)
        elif self._bytes > ALL_PARTS_BYTES:
            self._cut(self._largest(), TOO_LARGE)

    def make_room(self, connections: int) -> None:
        """Cut the one that has owed its head for longest, when there are too many; the newest if it is alone."""
        if connections > self._room and self.heads:
            self._cut(next(iter(self.heads)), TIMED_OUT)

    def look(self) -> None:
        """Cut those that are late; again in a second, while there is anybody to wait for."""
        loop = asyncio.get_running_loop()
        self._timer = None
        late = [*_late(self.heads, loop.time()), *_late(self.bodies, loop.time())]
        for connection in late:
            self._is_late(connection)
        if late:
            logger.info("requests_late", count=len(late))
        if self.heads or self.bodies:
            self._look_soon(loop)

    def _is_late(self, connection: Connection) -> None:
        if connection in self.heads or connection.waits_for_client():
            self._cut(connection, TIMED_OUT)
        else:
            self.await_body(connection)

    def _begun(self, seconds: float) -> Part:
        loop = asyncio.get_running_loop()
        if self._timer is None:
            self._look_soon(loop)
        return Part(loop.time() + seconds)

    def _look_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(LOOK_SECONDS, self.look)

    def _largest(self) -> Connection:
        return max([*self.heads, *self.bodies], key=lambda connection: (self.part(connection) or Part(0)).size)

    def _cut(self, connection: Connection, status: bytes) -> None:
        # A browser opens connections in advance: to one that said nothing, nothing is said.
        said = connection in self.bodies or self.heads[connection].size
        self.forget(connection)
        connection.cut(status if said else NOTHING)


def _late(waiting: Waiting, now: float) -> list[Connection]:
    late = []
    for connection, part in waiting.items():
        if part.until > now:
            break
        late.append(connection)
    return late
