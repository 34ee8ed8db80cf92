"""Clients that go away, and what stays of them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from bench.conformance.asking import heard, settled, stream
from bench.conformance.check import Turn, check
from bench.conformance.target import Target
from bench.usage import processor_seconds

CLIENTS = 25
CLEAN_WITHIN_SECONDS = 15.0
RESTS_AFTER_SECONDS, WATCHED_SECONDS = 3.0, 2.0


def sockets_of(pids: Sequence[int]) -> int:
    """How many sockets these processes hold."""
    return sum(_is_socket(each) for pid in pids for each in Path(f"/proc/{pid}/fd").iterdir())


def _is_socket(descriptor: Path) -> bool:
    try:
        return os.fspath(descriptor.readlink()).startswith("socket:")
    except OSError:
        return False


async def come_and_go(target: Target, clients: int, *, how: str) -> None:
    """Open so many streams, and leave them all in one way: "close", "cut" or "half"."""
    async with AsyncExitStack() as open_streams:
        opened = [await open_streams.enter_async_context(stream(target)) for _ in range(clients)]
        for each in opened:
            if how == "cut":
                each.cut()
            elif how == "half":
                each.half_close()


async def is_tidy(target: Target, before: int) -> None:
    """Fails when the server still holds clearly more sockets than before."""
    deadline = time.monotonic() + CLEAN_WITHIN_SECONDS + target.heartbeat_seconds
    while (now := sockets_of(target.pids())) > before + 2:
        assert time.monotonic() < deadline, f"{now - before} sockets more than before"
        await asyncio.sleep(0.2)


@check("RFC 9112 9.6", turn=Turn.ALONE)
async def closed_clients_are_let_go(target: Target) -> None:
    """The sockets of clients that closed are gone soon after."""
    before = sockets_of(target.pids())
    await come_and_go(target, CLIENTS, how="close")
    await is_tidy(target, before)


@check("RFC 9112 9.6", turn=Turn.ALONE)
async def cut_clients_are_let_go(target: Target) -> None:
    """The sockets of clients that were reset are gone soon after."""
    before = sockets_of(target.pids())
    await come_and_go(target, CLIENTS, how="cut")
    await is_tidy(target, before)


@check("RFC 9112 9.6", turn=Turn.ALONE)
async def clients_make_room(target: Target) -> None:
    """Client after client may come and go: the hundredth opens as the first did."""
    for _ in range(4):
        await come_and_go(target, CLIENTS, how="cut")
        await asyncio.sleep(0.3)
    async with asyncio.timeout(CLEAN_WITHIN_SECONDS):
        async with stream(target):
            pass


@check("RFC 9112 9.6", turn=Turn.ALONE)
async def half_closed_clients_do_no_harm(target: Target) -> None:
    """Clients that stop sending and stay are served or let go, and others are served."""
    await come_and_go(target, 5, how="half")
    async with stream(target) as opened:
        await settled(opened)
        await target.publish()
        await heard(opened, 1, within=target.delivers_within)


@check("RFC 9112 9.6", turn=Turn.ALONE)
async def who_leaves_harms_nobody(target: Target) -> None:
    """When others are cut in the middle of an event, who stays hears everything."""
    async with stream(target) as staying:
        await settled(staying)
        async with AsyncExitStack() as others:
            leaving = [await others.enter_async_context(stream(target)) for _ in range(10)]
            publishing = asyncio.create_task(target.publish(5))
            for each in leaving:
                each.cut()
            await publishing
        await heard(staying, 5, within=2 * target.delivers_within)


@check("practice: no work for nobody", turn=Turn.ALONE)
async def nobody_costs_nothing(target: Target) -> None:
    """After everybody has left, the server rests: less than a fifth of a second of processor time in two."""
    await come_and_go(target, CLIENTS, how="cut")
    await asyncio.sleep(RESTS_AFTER_SECONDS)
    before = processor_seconds(target.pids())
    await asyncio.sleep(WATCHED_SECONDS)
    used = processor_seconds(target.pids()) - before
    assert used < WATCHED_SECONDS / 10, f"{used:.2f} s in {WATCHED_SECONDS:g} s"
