"""Going on where a client was cut off."""

from __future__ import annotations

import asyncio

from bench.conformance.asking import events_of, heard, identified, settled, stream
from bench.conformance.check import Turn, check, contract
from bench.conformance.frames import as_object
from bench.conformance.record import summary_of
from bench.conformance.target import Target


async def told(target: Target, count: int) -> list[str]:
    """Publish so many events and return their ids as a stream told them."""
    async with stream(target) as opened:
        await settled(opened)
        await target.publish(count)
        return identified(await heard(opened, count, within=2 * target.delivers_within))


async def resumed(target: Target, after: str, count: int) -> list[str]:
    """The ids of the first `count` events after this one."""
    async with stream(target, {"Last-Event-ID": after}) as opened:
        return identified(await heard(opened, count, within=2 * target.delivers_within))


@check("WHATWG HTML 9.2.4", turn=Turn.OWN)
async def what_was_missed_comes(target: Target) -> None:
    """A client that comes back with Last-Event-ID is told what came after it: all of it, in order, once."""
    first, *missed = await told(target, 4)
    assert await resumed(target, first, 3) == missed, "other events, or in another order"


@check("WHATWG HTML 9.2.4", turn=Turn.OWN)
async def what_happened_meanwhile_comes(target: Target) -> None:
    """Events that nobody listened to are told to the client that comes back."""
    (last,) = await told(target, 1)
    await target.publish(2)
    async with stream(target, {"Last-Event-ID": last}) as opened:
        ids = identified(await heard(opened, 2, within=2 * target.delivers_within))
    assert last not in ids, "told again"
    assert len(set(ids)) == 2, f"{ids}"


@check("WHATWG HTML 9.2.4", turn=Turn.OWN)
async def nothing_comes_twice(target: Target) -> None:
    """Who comes back with the newest id is told nothing again."""
    *_, newest = await told(target, 2)
    async with stream(target, {"Last-Event-ID": newest}) as opened:
        await opened.listen(1.5)
        again = [frame.id for frame in events_of(opened)]
    assert not again, f"again: {again}"


@check("WHATWG HTML 9.2.4", turn=Turn.OWN)
async def old_and_new_join_without_a_seam(target: Target) -> None:
    """What is published while the missed events are being sent follows them, in order, once."""
    first, *_ = await told(target, 3)
    async with stream(target, {"Last-Event-ID": first}) as opened:
        await target.publish(3)
        ids = identified(await heard(opened, 5, within=3 * target.delivers_within))
    assert len(set(ids)) == 5, f"doubled: {ids}"
    assert ids == await resumed(target, first, 5), "another order when asked again"


@check("WHATWG HTML 9.2.4; RFC 9112 9.6", turn=Turn.OWN)
async def a_cut_loses_nothing(target: Target) -> None:
    """A connection that is reset in the middle of events loses none of them for who comes back."""
    async with stream(target) as opened:
        await settled(opened)
        await target.publish(1)
        (event,) = await heard(opened, 1, within=target.delivers_within)
        publishing = asyncio.create_task(target.publish(4))
        opened.cut()
    await publishing
    (last,) = identified([event])
    ids = await resumed(target, last, 4)
    assert len({last, *ids}) == 5, f"{ids} after {last}"


@check("WHATWG HTML 9.2.6", turn=Turn.OWN)
async def ids_never_come_back(target: Target) -> None:
    """No two events of a stream have one id."""
    ids = await told(target, 4) + await told(target, 2)
    assert len(set(ids)) == 6, f"{ids}"


@check("WHATWG HTML 9.2.4", turn=Turn.OWN)
async def the_same_question_has_the_same_answer(target: Target) -> None:
    """Resuming twice from one id tells the same events."""
    first, *_ = await told(target, 3)
    assert await resumed(target, first, 2) == await resumed(target, first, 2), "they differ"


@contract("§4", turn=Turn.OWN)
async def resuming_is_said(target: Target) -> None:
    """`connected` says `resumed: true` and the position that was asked for, never the head."""
    *_, before, _newest = await told(target, 3)
    async with stream(target, {"Last-Event-ID": before}) as opened:
        said = as_object(await opened.first())
    assert said["resumed"] is True, "not resumed"
    assert str(said["position"]) == before, f"position {said['position']} for {before}"
    assert said["head"] > said["position"], "the head is not ahead"


@contract("§4", turn=Turn.OWN)
async def after_resumes_too(target: Target) -> None:
    """`after=` resumes as Last-Event-ID does."""
    first, *missed = await told(target, 3)
    async with stream(target.with_address(target.address.asking(after=first))) as opened:
        assert identified(await heard(opened, 2, within=target.delivers_within)) == missed, "other events"


@contract("§4", turn=Turn.OWN)
async def the_header_wins(target: Target) -> None:
    """With both, Last-Event-ID wins: a reconnecting client repeats the address it began with."""
    first, second, _ = await told(target, 3)
    asking = target.with_address(target.address.asking(after=first))
    async with stream(asking, {"Last-Event-ID": second}) as opened:
        assert str(as_object(await opened.first())["position"]) == second, "the query won"


@contract("§4")
async def resuming_from_the_beginning(target: Target) -> None:
    """Position 0 is honoured: the whole log follows."""
    head = (await summary_of(target))["position"]
    async with stream(target, {"Last-Event-ID": "0"}) as opened:
        said = as_object(await opened.first())
        assert (said["position"], said["resumed"]) == (0, True), f"position {said['position']}"
        if head:
            (event,) = await heard(opened, 1, within=target.delivers_within)
            assert event.id == "1", f"the first is {event.id}"
