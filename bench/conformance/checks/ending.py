"""How a stream ends when the server ends it."""

from __future__ import annotations

import asyncio
import json

from bench.conformance.asking import answer, events_of, heard, stream
from bench.conformance.check import Turn, contract
from bench.conformance.frames import Frame, as_object
from bench.conformance.target import Target
from bench.conformance.verdict import DoesNotApply
from bench.conformance.wire import Exchange, Silent

IDLE_SECONDS = 45.0


async def done_of(opened: Exchange, *, within: float) -> dict[str, object]:
    """What `done` says; fails unless it is the last frame and the body ends as it should."""
    done = await opened.frame(lambda frame: frame.event == "done", what="done", within=within)
    await opened.rest(within=5)
    assert opened.ended, "the connection was cut after it"
    assert opened.stream.frames[-1] is done, "a frame follows it"
    assert not opened.stream.unfinished, f"then {opened.stream.unfinished[:40]!r}"
    return as_object(done)


def unfollowed(target: Target) -> Target:
    """The stream without `follow`, which keeps it open."""
    path = target.address.path.replace("?follow=true", "?").replace("&follow=true", "").rstrip("?")
    return target.with_address(target.address.at(path))


@contract("§4", turn=Turn.OWN)
async def an_idle_stream_ends(target: Target) -> None:
    """Nothing being processed, the stream ends as `done: idle`; its id is the last one sent; the body ends cleanly."""
    async with stream(unfollowed(target)) as opened:
        first = await opened.first()
        said = await done_of(opened, within=IDLE_SECONDS)
        last: Frame = opened.stream.frames[-1]
    assert said["reason"] == "idle", f"{said}"
    assert said["reconnect"] is False, "it says: reconnect"
    assert last.id == first.id == str(said["position"]), f"id {last.id}, position {said['position']}"


@contract("§4", turn=Turn.OWN)
async def a_followed_stream_stays(target: Target) -> None:
    """With `follow=true` an idle stream stays open while another one ends."""
    following = target.with_address(unfollowed(target).address.asking(follow="true"))
    async with stream(following) as staying, stream(unfollowed(target)) as ending:
        await done_of(ending, within=IDLE_SECONDS)
        await staying.step(within=0.1)
        assert staying.is_open, "it ended as well"


@contract("§4; RFC 9112 7.1", turn=Turn.LAST)
async def a_leaving_server_says_so(target: Target) -> None:
    """Told to end, the server ends streams as `done: draining` with a time to come back, and cuts none."""
    if target.stop is None:
        raise DoesNotApply("the server is not ours to end")
    async with stream(target) as one, stream(target) as other:
        await one.first()
        await other.first()
        await target.publish()
        await heard(one, 1, within=target.delivers_within)
        stopping = asyncio.create_task(asyncio.to_thread(target.stop))
        said = await done_of(one, within=10)
        await done_of(other, within=10)
        assert events_of(one), "the event was lost"
        refused = await _refused_or_gone(target)
        await stopping
    assert (said["reason"], said["reconnect"]) == ("draining", True), f"{said}"
    assert int(str(said["retry_ms"])) > 0, f"{said}"
    assert refused in (None, "draining"), f"a new stream is answered with {refused}"


async def _refused_or_gone(target: Target) -> str | None:
    """The reason for which a new stream is refused; None when nobody listens any more."""
    try:
        async with answer(target) as asked:
            body = json.loads(await asked.rest())
            return str(body["errors"][0].get("reason", asked.status))
    except Silent:
        return None
