"""Signs of life in silence."""

from __future__ import annotations

from itertools import pairwise

from bench.conformance.asking import events_of, stream
from bench.conformance.check import Turn, check, contract
from bench.conformance.frames import as_object
from bench.conformance.target import Target
from bench.conformance.wire import Exchange

LATE = 1.5
"""How much later than its interval a heartbeat may come, as a factor."""
GREETING_SECONDS = 0.5


async def heartbeat_of(opened: Exchange, target: Target) -> bytes:
    """The bytes of the next heartbeat, after the greeting; fails when there is silence for too long."""
    await opened.listen(GREETING_SECONDS)
    before = len(opened.body)
    within = LATE * target.heartbeat_seconds + 1
    await opened.until(lambda: len(opened.body) > before, what="heartbeat", within=within)
    # One that is more than a line may come in pieces.
    await opened.step(within=0.1)
    return bytes(opened.body[before:])


@check("WHATWG HTML 9.2.7", turn=Turn.OWN)
async def silence_is_broken(target: Target) -> None:
    """In silence something comes within about the heartbeat's interval: else proxies drop the connection."""
    async with stream(target) as opened:
        await heartbeat_of(opened, target)


@check("WHATWG HTML 9.2.6, 9.2.7", turn=Turn.OWN)
async def heartbeats_are_no_messages(target: Target) -> None:
    """A heartbeat dispatches no `message`: it is a comment, or has a name or no data."""
    async with stream(target) as opened:
        await heartbeat_of(opened, target)
    fired = [frame.data for frame in opened.stream.frames if frame.is_dispatched and frame.event == "message"]
    assert not fired, f"a message: {fired[0][:40]!r}"


@check("WHATWG HTML 9.2.6", turn=Turn.OWN)
async def heartbeats_are_whole_lines(target: Target) -> None:
    """A heartbeat ends its line, so that it can't run into the event that follows."""
    async with stream(target) as opened:
        said = await heartbeat_of(opened, target)
    assert said.endswith((b"\n", b"\r")), f"it ends in {said[-8:]!r}"


@check("practice: clients that make a message of every blank line", turn=Turn.OWN)
async def heartbeats_have_no_blank_line(target: Target) -> None:
    """A heartbeat that is a comment has no blank line behind it, at which several clients fire an empty message."""
    async with stream(target) as opened:
        said = await heartbeat_of(opened, target)
    assert not (said.startswith(b":") and said.endswith((b"\n\n", b"\r\n\r\n"))), f"{said[-20:]!r}"


@check("WHATWG HTML 9.2.6", turn=Turn.OWN)
async def an_event_after_a_heartbeat_is_whole(target: Target) -> None:
    """An event that follows a heartbeat is dispatched as itself."""
    async with stream(target) as opened:
        await heartbeat_of(opened, target)
        await target.publish()
        found = await opened.until(lambda: events_of(opened), what="event", within=target.delivers_within)
    assert found[0].values("data"), "it has no data"


@contract("§4", turn=Turn.OWN)
async def heartbeat_is_two_bytes(target: Target) -> None:
    """A heartbeat is the bytes `:` and LF, alone."""
    async with stream(target) as opened:
        said = await heartbeat_of(opened, target)
    assert said == b":\n", f"{said[:20]!r}"


@contract("§4", turn=Turn.OWN)
async def heartbeats_come_as_announced(target: Target) -> None:
    """Heartbeats come as often as `connected` announces."""
    async with stream(target) as opened:
        seconds = as_object(await opened.first())["heartbeat_seconds"]
        within = 3 * LATE * seconds + 1
        came = opened.stream.comments
        await opened.until(lambda: len(came) >= 3, what="three heartbeats", within=within)
    gaps = [later - earlier for (_, earlier), (_, later) in pairwise(came[:3])]
    assert all(seconds / LATE < gap < LATE * seconds + 1 for gap in gaps), f"gaps {gaps}, announced {seconds}"
