"""A stream to be tried: where it is, what a client sends to open it, and how something is made to happen on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bench.conformance.address import Address
from bench.conformance.verdict import DoesNotApply

Publish = Callable[[int], Awaitable[None]]
"""Publish so many events on the stream, one after another; returns when the last one is recorded."""

DEFAULT_HEARTBEAT_SECONDS = 15.0
"""The interval that WHATWG HTML, 9.2.7, advises."""


class Profile(StrEnum):
    """What a server promises: the standards alone, or this project's contract as well."""

    SSE = "sse"
    CURAWAY = "curaway"


@dataclass(frozen=True, kw_only=True)
class Target:
    """One stream of a server; what is not known of it makes the checks that need it not apply."""

    name: str
    profile: Profile
    address: Address
    headers: Mapping[str, str] = field(default_factory=dict)
    publish_here: Publish | None = None
    publishes_at_most: int = 10
    """How many events a check may ask for at once: few when each of them starts a program."""
    heartbeat_seconds: float = DEFAULT_HEARTBEAT_SECONDS
    delivers_within: float = 5.0
    """Seconds within which a published event must be heard."""
    origin: str = "http://localhost:5173"
    """A page's origin that the server allows, if it allows any but its own."""
    processes: Callable[[], Sequence[int]] | None = None
    """The server's process ids, when it runs on this machine and is ours to look at."""
    stop: Callable[[], None] | None = None
    """Tells the server to end, when it was started for this run."""

    async def publish(self, count: int = 1) -> None:
        """Make so many events happen; raises `DoesNotApply` when nobody told us how."""
        if self.publish_here is None:
            raise DoesNotApply("no PUBLISH= was given")
        if count > self.publishes_at_most:
            raise DoesNotApply(f"PUBLISH= is too slow for {count} events at once")
        await self.publish_here(count)

    def pids(self) -> Sequence[int]:
        if self.processes is None:
            raise DoesNotApply("the server's processes are not ours to look at")
        return self.processes()

    def with_address(self, address: Address) -> Target:
        """The same stream at another place: through a proxy, or asked for in another way."""
        return replace(self, address=address)
