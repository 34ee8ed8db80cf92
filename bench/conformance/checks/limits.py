"""Many streams, and too many."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from bench.conformance.asking import answer, events_of, heard, settled, stream
from bench.conformance.check import Turn, check, contract
from bench.conformance.target import Target
from bench.conformance.wire import Exchange

MANY = 30
"""Within what this project allows for one patient."""
MOST = 40


async def opened(target: Target, count: int, staying: AsyncExitStack) -> list[Exchange]:
    return [await staying.enter_async_context(stream(target)) for _ in range(count)]


@check("practice: several tabs, a family, a ward", turn=Turn.ALONE)
async def many_open_at_once(target: Target) -> None:
    """Thirty streams of one address are open together."""
    async with AsyncExitStack() as staying:
        assert len(await opened(target, MANY, staying)) == MANY


@check("practice: several tabs, a family, a ward", turn=Turn.ALONE)
async def many_hear(target: Target) -> None:
    """Thirty streams all hear two events, each once and in order."""
    async with AsyncExitStack() as staying:
        streams = await opened(target, MANY, staying)
        for each in streams:
            await settled(each)
        await target.publish(2)
        for each in streams:
            await heard(each, 2, within=2 * target.delivers_within)
        told = {tuple(frame.data for frame in events_of(each)) for each in streams}
    assert len(told) == 1, f"{len(told)} different stories"


@check("practice", turn=Turn.ALONE)
async def many_open_together(target: Target) -> None:
    """Thirty clients that come in the same moment, as after a deploy, are all served."""
    async with AsyncExitStack() as staying:
        coming = [staying.enter_async_context(stream(target)) for _ in range(MANY)]
        await asyncio.gather(*coming)


@check("practice", turn=Turn.ALONE)
async def other_requests_are_answered_beside(target: Target) -> None:
    """While streams are open the server answers other requests: streams don't use up its workers."""
    async with AsyncExitStack() as staying:
        await opened(target, MANY, staying)
        async with asyncio.timeout(5), answer(target, target.address.at("/no-such-path")) as asked:
            assert asked.status in range(400, 500), f"{asked.status}"


@contract("§4, §6", turn=Turn.ALONE)
async def too_many_are_refused(target: Target) -> None:
    """Beyond SSE_MAX_STREAMS_PER_PATIENT: 503 SSE_CONNECTION_001 `capacity` with Retry-After; those open go on."""
    async with AsyncExitStack() as staying:
        streams, status, body, later = [], 200, b"", None
        while status == 200 and len(streams) < MOST:
            asked = await staying.enter_async_context(answer(target))
            status = asked.status
            if status == 200:
                streams.append(asked)
            else:
                body, later = await asked.rest(), asked.header("retry-after")
        assert status == 503, f"{len(streams)} streams, and no refusal"
        assert b"SSE_CONNECTION_001" in body, f"{body[:120]!r}"
        assert b"capacity" in body, f"{body[:120]!r}"
        assert (later or "").isdigit(), f"Retry-After: {later}"
        await target.publish()
        await heard(streams[0], 1, within=target.delivers_within)


@contract("§4", turn=Turn.ALONE)
async def leaving_makes_room(target: Target) -> None:
    """After a refusal for capacity, the stream opens again as soon as somebody has left."""
    async with AsyncExitStack() as staying:
        status = 200
        for _ in range(MOST):
            asked = await staying.enter_async_context(answer(target))
            status = asked.status
            if status != 200:
                break
        assert status == 503, "no refusal"
    async with asyncio.timeout(10):
        while not await opens(target):
            await asyncio.sleep(0.1)


async def opens(target: Target) -> bool:
    async with answer(target) as asked:
        return asked.status == 200
