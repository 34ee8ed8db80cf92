"""Positions that nothing can be resumed from."""

from __future__ import annotations

from bench.conformance.asking import answer, stream
from bench.conformance.check import Turn, check, contract
from bench.conformance.frames import as_object
from bench.conformance.request import head_of
from bench.conformance.target import Target
from bench.conformance.wire import connected


async def survives(target: Target, last_event_id: str) -> None:
    """Fails when this id is answered with a fault of the server, or not at all."""
    async with answer(target, headers={**target.headers, "Last-Event-ID": last_event_id}) as opened:
        assert opened.status < 500, f"{opened.status}"
        if opened.status == 200:
            await opened.step(within=0.3)
            assert opened.is_open, "it ends at once, and a client comes back with the same id"


@check("RFC 9110 15.6; WHATWG HTML 9.2.4")
async def a_strange_id_is_no_fault(target: Target) -> None:
    """An id that this server never gave is not a fault of the server: a log that was restored makes them."""
    await survives(target, "not-an-id-of-yours")


@check("RFC 9110 15.6")
async def a_far_id_is_no_fault(target: Target) -> None:
    """An id far beyond the newest is not a fault."""
    await survives(target, "999999999999999999999999")


@check("RFC 9110 15.6")
async def a_negative_id_is_no_fault(target: Target) -> None:
    """A negative id is not a fault."""
    await survives(target, "-1")


@check("RFC 9110 5.4, 15.6")
async def a_long_id_is_no_fault(target: Target) -> None:
    """An id of 8,000 digits is not a fault."""
    await survives(target, "9" * 8000)


@check("WHATWG HTML 9.2.4: the header's value is UTF-8")
async def an_id_in_utf_8_is_no_fault(target: Target) -> None:
    """An id outside of ASCII comes as UTF-8 bytes, and is not a fault."""
    await survives(target, "ärztin-١٢")


@check("WHATWG HTML 9.2.4")
async def an_empty_id_is_none(target: Target) -> None:
    """An empty Last-Event-ID is as none: the stream opens."""
    async with stream(target, {"Last-Event-ID": ""}):
        pass


@check("RFC 9110 5.3")
async def two_ids_are_no_fault(target: Target) -> None:
    """Last-Event-ID given twice, by a client and a proxy, is not a fault."""
    lines = head_of(target.address, {**target.headers, "Accept": "text/event-stream", "Last-Event-ID": "1"})
    async with connected(target.address) as exchange:
        exchange.send(lines[:-2] + b"Last-Event-ID: 2\r\n\r\n")
        await exchange.read_head()
        assert exchange.status < 500, f"{exchange.status}"


async def started_anew(target: Target, last_event_id: str, reset: str) -> None:
    async with stream(target, {"Last-Event-ID": last_event_id}) as opened:
        said = as_object(await opened.first())
    assert said.get("reset") == reset, f"reset: {said.get('reset')}"
    assert said["resumed"] is False, "resumed"
    assert said["position"] == said["head"], f"position {said['position']}, head {said['head']}"
    assert said["state"], "no state to start from"


@contract("§4", turn=Turn.OWN)
async def malformed_is_said(target: Target) -> None:
    """A malformed position starts at now and says `reset: malformed`: never an error and never silent."""
    for position in ("forty-one", "4.5", "0x10", "١٢"):
        await started_anew(target, position, "malformed")


@contract("§4", turn=Turn.OWN)
async def negative_is_malformed(target: Target) -> None:
    """A negative position says `reset: malformed`."""
    await started_anew(target, "-1", "malformed")


@contract("§4", turn=Turn.OWN)
async def ahead_is_said(target: Target) -> None:
    """A position beyond the head says `reset: ahead`, also one longer than any number."""
    await started_anew(target, "999999999", "ahead")
    await started_anew(target, "9" * 5000, "ahead")
