"""Opening a target's stream, and asking it other things."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from bench.conformance.address import Address
from bench.conformance.frames import Frame
from bench.conformance.request import head_of
from bench.conformance.target import Target
from bench.conformance.verdict import DoesNotApply
from bench.conformance.wire import Exchange, connected

ACCEPT = {"Accept": "text/event-stream", "Cache-Control": "no-cache"}
"""As an EventSource asks: WHATWG HTML, 9.2.2."""
OPENING = frozenset({"connected", "stream-open", "stream-reset"})
"""Names of frames with which servers greet; what is published comes after them."""


@asynccontextmanager
async def stream(
    target: Target, headers: Mapping[str, str] | None = None, *, receive_bytes: int = 0
) -> AsyncIterator[Exchange]:
    """The target's stream, opened; fails when it is not answered with 200 and an event stream."""
    asked = {**ACCEPT, **target.headers, **(headers or {})}
    async with connected(target.address, receive_bytes=receive_bytes) as exchange:
        exchange.send(head_of(target.address, asked))
        await exchange.read_head()
        assert exchange.status == 200, f"the stream is answered with {exchange.status}"
        assert exchange.media_type == "text/event-stream", f"the stream is {exchange.media_type or 'of no type'}"
        yield exchange


@asynccontextmanager
async def answer(
    target: Target,
    address: Address | None = None,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    **head: Any,
) -> AsyncIterator[Exchange]:
    """The head of whatever the answer is; `headers` in place of the target's."""
    asked = {**ACCEPT, **(target.headers if headers is None else headers)}
    place = address or target.address
    async with connected(place, method=method) as exchange:
        exchange.send(head_of(place, asked, method=method, **head))
        await exchange.read_head()
        yield exchange


def is_event(frame: Frame) -> bool:
    """Whether the frame tells an event, as against a greeting, a heartbeat with a name, or the end."""
    return frame.is_dispatched and frame.event not in OPENING and frame.event not in ("ping", "keep-alive", "done")


def events_of(exchange: Exchange) -> list[Frame]:
    return [frame for frame in exchange.stream.frames if is_event(frame)]


async def heard(exchange: Exchange, count: int, *, within: float) -> list[Frame]:
    """The first `count` events of the stream; fails when they do not come."""
    await exchange.until(lambda: len(events_of(exchange)) >= count, what=f"{count} events", within=within)
    return events_of(exchange)[:count]


async def settled(exchange: Exchange) -> None:
    """Until the stream is open for what will be published: greeted, or half a second without a greeting."""
    await exchange.step(within=0.5)


def identified(frames: list[Frame]) -> list[str]:
    """The frames' ids; the check does not apply to a server that gives none."""
    ids = [frame.id for frame in frames]
    if not all(ids):
        raise DoesNotApply("events carry no id")
    return [str(each) for each in ids]
