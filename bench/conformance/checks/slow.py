"""Clients that read slowly, or not at all."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

from bench.conformance.asking import events_of, heard, identified, settled, stream
from bench.conformance.check import Turn, check
from bench.conformance.target import Target
from bench.usage import memory

UNREAD_BYTES = 4096
FLOOD = 1000
"""More than the buffers of the kernel take."""
SLEEPERS = 25
CATCHES_UP_WITHIN_SECONDS = 60.0


@check("practice: one stalled phone", turn=Turn.ALONE)
async def the_slow_hold_nobody_up(target: Target) -> None:
    """While a client reads nothing, others hear every event in time."""
    async with stream(target, receive_bytes=UNREAD_BYTES) as _, stream(target) as quick:
        await settled(quick)
        await target.publish(10)
        await heard(quick, 10, within=2 * target.delivers_within)


@check("contract of every stream: nothing is dropped in silence", turn=Turn.ALONE)
async def the_slow_miss_nothing(target: Target) -> None:
    """A client that reads nothing for a while finds all events when it reads again, in order and once."""
    async with stream(target, receive_bytes=UNREAD_BYTES) as slow, stream(target) as quick:
        await settled(quick)
        await target.publish(FLOOD)
        told = await heard(quick, FLOOD, within=CATCHES_UP_WITHIN_SECONDS)
        await asyncio.sleep(1)
        late = await heard(slow, FLOOD, within=CATCHES_UP_WITHIN_SECONDS)
        assert identified(late) == identified(told), "other events, or in another order"


@check("practice: bounded memory", turn=Turn.ALONE)
async def the_slow_cost_no_memory(target: Target) -> None:
    """Events that clients don't read do not pile up in the server: it grows by less than half of what they left."""
    pids = target.pids()
    async with AsyncExitStack() as staying:
        for _ in range(SLEEPERS):
            await staying.enter_async_context(stream(target, receive_bytes=UNREAD_BYTES))
        quick = await staying.enter_async_context(stream(target))
        await settled(quick)
        before = memory(pids)["rss"]
        await target.publish(FLOOD)
        await heard(quick, FLOOD, within=CATCHES_UP_WITHIN_SECONDS)
        grown = memory(pids)["rss"] - before
    left = SLEEPERS * len(quick.body)
    assert grown < left / 2, f"{grown / 1e6:.0f} MB for {left / 1e6:.0f} MB"


@check("practice: a phone in a tunnel", turn=Turn.ALONE)
async def a_slow_one_catches_up(target: Target) -> None:
    """A client that reads a few bytes at a time keeps its order and its place."""
    async with stream(target, receive_bytes=UNREAD_BYTES) as slow:
        await settled(slow)
        await target.publish(20)
        deadline = time.monotonic() + 30
        while len(events_of(slow)) < 20 and time.monotonic() < deadline:
            await slow.step(within=1)
            await asyncio.sleep(0.02)
        ids = identified(events_of(slow))
    assert len(set(ids)) == len(ids) == 20, f"{len(ids)} events"
