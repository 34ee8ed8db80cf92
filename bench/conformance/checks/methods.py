"""Methods other than GET."""

from __future__ import annotations

import time

from bench.conformance.asking import answer, stream
from bench.conformance.check import check, contract
from bench.conformance.request import head_of
from bench.conformance.target import Target
from bench.conformance.verdict import DoesNotApply
from bench.conformance.wire import connected

SAME = ("content-type", "cache-control", "content-encoding", "x-accel-buffering")


@check("RFC 9110 9.1")
async def head_is_answered(target: Target) -> None:
    """HEAD is answered wherever GET is; every general-purpose server must know both."""
    async with answer(target, method="HEAD") as asked:
        assert asked.status == 200, f"{asked.status}"


@check("RFC 9110 9.3.2")
async def head_has_the_same_headers(target: Target) -> None:
    """HEAD says the headers that GET would."""
    async with stream(target) as opened, answer(target, method="HEAD") as asked:
        if asked.status != 200:
            raise DoesNotApply(f"HEAD is answered with {asked.status}")
        other = [name for name in SAME if asked.header(name) != opened.header(name)]
        assert not other, f"other: {', '.join(other)}"


@check("RFC 9110 9.3.2; RFC 9112 6.3")
async def head_has_no_body(target: Target) -> None:
    """HEAD sends no body and opens no stream: the connection answers the next request."""
    async with connected(target.address, method="HEAD") as exchange:
        exchange.send(head_of(target.address, target.headers, method="HEAD"))
        await exchange.read_head()
        if exchange.status != 200:
            raise DoesNotApply(f"HEAD is answered with {exchange.status}")
        behind = await exchange.leftover(within=0.5)
        assert not behind, f"a body: {behind[:40]!r}"
        if exchange.closed:
            return
        exchange.send(head_of(target.address, target.headers, method="HEAD"))
        await exchange.read_head()
        assert exchange.status == 200, f"then {exchange.status}"


@check("RFC 9110 9.3.7")
async def options_is_answered(target: Target) -> None:
    """OPTIONS is answered at once, with Allow or with a refusal; it opens no stream."""
    began = time.monotonic()
    async with answer(target, method="OPTIONS") as asked:
        await asked.rest()
        assert asked.status < 500, f"{asked.status}"
        assert asked.media_type != "text/event-stream", "it opened a stream"
    assert time.monotonic() - began < 5, "late"


@check("RFC 9110 15.5.6")
async def refused_methods_say_which_are_allowed(target: Target) -> None:
    """405 names the allowed methods in Allow."""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        async with answer(target, method=method, headers={**target.headers, "Content-Length": "0"}) as asked:
            assert asked.status < 500, f"{method}: {asked.status}"
            if asked.status == 405:
                assert "GET" in (asked.header("allow") or ""), f"{method}: Allow: {asked.header('allow')}"


@check("RFC 9110 15.6.2, 9.1")
async def unknown_methods_are_refused(target: Target) -> None:
    """A method that nobody knows is refused with 405, 501 or 400, and is not a fault."""
    async with answer(target, method="BREW") as asked:
        assert asked.status in (400, 401, 403, 404, 405, 501), f"{asked.status}"


@contract("§1, §2")
async def writing_to_the_stream_is_refused(target: Target) -> None:
    """POST is refused with 405 in the envelope, and Allow names GET and HEAD."""
    async with answer(target, method="POST", headers={**target.headers, "Content-Length": "0"}) as asked:
        body = await asked.rest()
    assert asked.status == 405, f"{asked.status}"
    assert b"METHOD_NOT_ALLOWED_001" in body, f"{body[:80]!r}"
    allowed = {name.strip() for name in (asked.header("allow") or "").split(",")}
    assert {"GET", "HEAD"} <= allowed, f"Allow: {sorted(allowed)}"
