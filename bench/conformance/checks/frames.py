"""The frames that this project promises, to the byte."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

from bench.conformance.asking import answer, events_of, heard, stream
from bench.conformance.check import Turn, contract
from bench.conformance.frames import as_object
from bench.conformance.record import page_of, summary_of
from bench.conformance.target import Target

CONNECTED = re.compile(rb"event: connected\nid: (\d+)\nretry: \d+\ndata: (\{[^\n]*\})\n\n")
EVENT = re.compile(rb"event: ([a-z_]+)\nid: (\d+)\ndata: (\{[^\n]*\})\n\n")
STREAMED = frozenset(("document_update", "ehr_update", "intake_progress", "match_progress", "agent_response"))


@contract("§4")
async def first_frame_is_connected(target: Target) -> None:
    """The first bytes are the frame `connected`: event, id, retry, one line of data, blank line."""
    async with stream(target) as opened:
        await opened.first()
    assert CONNECTED.match(bytes(opened.body)), f"{bytes(opened.body[:80])!r}"


@contract("§4")
async def connected_says_everything(target: Target) -> None:
    """`connected` names the patient, position, head, heartbeat, expiry and state; its id is its position."""
    async with stream(target) as opened:
        first = await opened.first()
    said = as_object(first)
    missing = {"patient_id", "position", "head", "resumed", "heartbeat_seconds", "expires_at", "state"} - set(said)
    assert not missing, f"missing: {sorted(missing)}"
    assert first.id == str(said["position"]), f"id {first.id}, position {said['position']}"


@contract("§4")
async def starts_at_now(target: Target) -> None:
    """Without a position to resume from, the stream starts at its head, and says that it did not resume."""
    async with stream(target) as opened:
        said = as_object(await opened.first())
    assert said["position"] == said["head"], f"position {said['position']}, head {said['head']}"
    assert said["resumed"] is False, "resumed"
    assert "reset" not in said, f"reset: {said.get('reset')}"


@contract("§4")
async def state_is_the_summary(target: Target) -> None:
    """`state` is what `/summary` says at the same position."""
    async with stream(target) as opened:
        said = as_object(await opened.first())
    read = await summary_of(target)
    assert read["position"] >= said["head"], "the summary is older than the stream"
    if read["position"] == said["head"]:
        assert read["summary"] == said["state"], "they differ"


@contract("§4")
async def lifetime_is_announced(target: Target) -> None:
    """`expires_at` lies ahead, and not further than the five minutes of a stream's longest life."""
    async with stream(target) as opened:
        expires = datetime.fromisoformat(as_object(await opened.first())["expires_at"])
    left = (expires - datetime.now(UTC)).total_seconds()
    assert 0 < left <= 301, f"in {left:.0f} s"


@contract("§4", turn=Turn.OWN)
async def event_frames_are_exact(target: Target) -> None:
    """An event is the lines event, id and data, in that order, and a blank line."""
    async with stream(target) as opened:
        greeting = await opened.first()
        await target.publish(2)
        await heard(opened, 2, within=target.delivers_within)
    _, _, after = bytes(opened.body).partition(greeting.lines[-1] + b"\n\n")
    wire = after.replace(b":\n", b"") if after.startswith(b":\n") else after
    assert EVENT.match(wire), f"{wire[:80]!r}"


@contract("§3, §4", turn=Turn.OWN)
async def event_data_is_complete(target: Target) -> None:
    """An event's data names position, event_id, event_type, occurred_at, correlation_id and payload; id is position."""
    async with stream(target) as opened:
        await opened.first()
        await target.publish()
        (event,) = await heard(opened, 1, within=target.delivers_within)
    said = as_object(event)
    known = ["position", "event_id", "event_type", "occurred_at", "correlation_id", "payload"]
    assert list(said) == known, f"{list(said)}"
    assert event.id == str(said["position"]), f"id {event.id}, position {said['position']}"
    assert event.event in STREAMED, f"streamed as {event.event}"
    UUID(said["event_id"])
    assert datetime.fromisoformat(said["occurred_at"]).tzinfo, "occurred_at without a time zone"


@contract("§3", turn=Turn.OWN)
async def positions_have_no_holes(target: Target) -> None:
    """Positions go on by one from the position of `connected`: a client proves that it misses nothing."""
    async with stream(target) as opened:
        begin = as_object(await opened.first())["position"]
        await target.publish(5)
        await heard(opened, 5, within=target.delivers_within)
    positions = [begin, *(as_object(event)["position"] for event in events_of(opened))]
    assert all(later == earlier + 1 for earlier, later in pairwise(positions)), f"{positions}"


@contract("§4", turn=Turn.OWN)
async def types_narrow_the_stream(target: Target) -> None:
    """`types=` lets through those names and no other; `connected` always passes."""
    narrowed = target.with_address(target.address.asking(types="match_progress"))
    async with stream(narrowed) as narrow, stream(target) as whole:
        assert (await narrow.first()).event == "connected", "no connected"
        await whole.first()
        await target.publish(2)
        told = await heard(whole, 2, within=target.delivers_within)
        await narrow.listen(0.5)
    passed = [frame.event for frame in events_of(narrow)]
    assert passed == [frame.event for frame in told if frame.event == "match_progress"], f"{passed}"


@contract("§2", turn=Turn.OWN)
async def pages_hold_the_same_events(target: Target) -> None:
    """`/events` gives as JSON what the stream tells: the same objects, in the same order."""
    async with stream(target) as opened:
        begin = as_object(await opened.first())["position"]
        await target.publish(3)
        told = [as_object(event) for event in await heard(opened, 3, within=target.delivers_within)]
    page = await page_of(target, after=begin)
    assert page["events"][:3] == told, "they differ"


@contract("§2", turn=Turn.OWN)
async def long_poll_is_woken(target: Target) -> None:
    """`/events?wait=` answers when an event comes, as the stream does."""
    begin = (await summary_of(target))["position"]
    waiting = asyncio.create_task(page_of(target, after=begin, wait=20))
    await asyncio.sleep(0.5)
    assert not waiting.done(), "it did not wait"
    await target.publish()
    async with asyncio.timeout(target.delivers_within):
        assert (await waiting)["events"], "it answered without an event"


@contract("§2")
async def stream_is_documented_as_one(target: Target) -> None:
    """The OpenAPI document describes the route's answer as `text/event-stream`."""
    async with answer(target, target.address.at("/api/v1/openapi.json")) as read:
        document = json.loads(await read.rest())
    (route,) = [item for path, item in document["paths"].items() if path.endswith("/events/stream")]
    assert "text/event-stream" in route["get"]["responses"]["200"]["content"], "it does not"
