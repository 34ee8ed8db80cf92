"""Requests as old, broken and hostile clients send them."""

from __future__ import annotations

import asyncio
import contextlib

from bench.conformance.asking import answer, stream
from bench.conformance.check import check
from bench.conformance.request import head_of
from bench.conformance.target import Target
from bench.conformance.verdict import DoesNotApply
from bench.conformance.wire import Exchange, Silent, connected


async def still_serves(target: Target) -> None:
    """Fails when the next client is not served."""
    async with stream(target):
        pass


async def answered(exchange: Exchange) -> int | None:
    """The status of what comes; None when the connection is closed without a word."""
    with contextlib.suppress(Silent):
        await exchange.read_head()
        return exchange.status
    return None


@check("RFC 9112 6.1, 7")
async def http_1_0_gets_no_chunks(target: Target) -> None:
    """A client of HTTP/1.0 is never sent chunks, which it would take for text."""
    async with connected(target.address) as exchange:
        exchange.send(head_of(target.address, {**target.headers, "Accept": "text/event-stream"}, version="1.0"))
        await exchange.read_head()
        assert exchange.header("transfer-encoding") is None, (
            f"Transfer-Encoding: {exchange.header('transfer-encoding')}"
        )


@check("RFC 9112 3.2")
async def a_request_without_host_is_refused(target: Target) -> None:
    """A request of HTTP/1.1 without Host is answered with 400."""
    async with connected(target.address) as exchange:
        exchange.send(head_of(target.address, target.headers, host=""))
        assert await answered(exchange) == 400, f"{exchange.status}"


@check("RFC 9112 3.2")
async def two_hosts_are_refused(target: Target) -> None:
    """A request with two Host lines is answered with 400: a proxy and the server could each believe another."""
    async with connected(target.address) as exchange:
        exchange.send(head_of(target.address, {**target.headers, "host": "other.example"}))
        assert await answered(exchange) == 400, f"{exchange.status}"


@check("RFC 9112 2.2, 3")
async def garbage_is_refused(target: Target) -> None:
    """What is not HTTP is answered with 400 or a closed connection, and the next client is served."""
    async with connected(target.address) as exchange:
        exchange.send(b"\x16\x03\x01\x02\x00\x01\x00 not http at all\r\n\r\n")
        assert await answered(exchange) in (None, 400), f"{exchange.status}"
    await still_serves(target)


@check("RFC 9112 2.1")
async def a_head_may_come_in_pieces(target: Target) -> None:
    """A request's head that arrives in small pieces is understood."""
    request = head_of(target.address, {**target.headers, "Accept": "text/event-stream"})
    async with connected(target.address) as exchange:
        for begin in range(0, len(request), 40):
            exchange.send(request[begin : begin + 40])
            await asyncio.sleep(0.005)
        await exchange.read_head()
        assert exchange.status == 200, f"{exchange.status}"


@check("RFC 9112 6.1, 11.2")
async def two_lengths_are_not_believed(target: Target) -> None:
    """Content-Length and Transfer-Encoding together are refused, or answered once and closed: nothing is smuggled."""
    both = {**target.headers, "Content-Length": "4", "Transfer-Encoding": "chunked"}
    smuggled = head_of(target.address.at("/smuggled"), {})
    place = target.address.at("/no-such-path")
    async with connected(place) as exchange:
        exchange.send(head_of(place, both, method="POST") + b"0\r\n\r\n" + smuggled)
        first = await answered(exchange)
        assert first is None or first < 500, f"{first}"
        if first not in (None, 400):
            await exchange.rest()
            assert await answered(exchange) is None, "the second request was answered as well"


@check("RFC 9110 5.4; RFC 6585 5")
async def a_huge_header_does_no_harm(target: Target) -> None:
    """A header of 1 MB is served, refused with 4xx or cut off, and the next client is served."""
    async with connected(target.address) as exchange:
        exchange.send(head_of(target.address, {**target.headers, "X-Padding": "x" * 1_000_000}))
        status = await answered(exchange)
        assert status is None or status == 200 or 400 <= status < 500, f"{status}"
    await still_serves(target)


@check("RFC 9112 3")
async def a_long_query_is_no_fault(target: Target) -> None:
    """A query of 16 KB is served or refused with 4xx, and is not a fault."""
    async with answer(target, target.address.asking(padding="x" * 16_000)) as asked:
        assert asked.status < 500, f"{asked.status}"


@check("practice: polyfills and cache busters")
async def unknown_queries_are_ignored(target: Target) -> None:
    """A parameter that the server does not know, such as a cache buster's, does no harm."""
    async with stream(target.with_address(target.address.asking(_="1700000000000"))):
        pass


@check("RFC 9110 6.4; RFC 9112 9.3.2")
async def a_second_request_waits(target: Target) -> None:
    """A request that is sent behind the stream's on the same connection does not end the stream."""
    async with stream(target) as opened:
        opened.send(head_of(target.address.at("/no-such-path"), {}))
        await opened.step(within=1.0)
        await opened.listen(0.5)
        assert opened.is_open, "the stream ended"
        assert b"HTTP/1.1 " not in opened.body, "another answer stands in the stream"


@check("RFC 9110 10.1.1")
async def expectations_do_not_block(target: Target) -> None:
    """`Expect: 100-continue` on a request without a body does not keep the stream from opening."""
    async with connected(target.address) as exchange:
        exchange.send(head_of(target.address, {**target.headers, "Expect": "100-continue"}))
        await exchange.read_head()
        if exchange.status == 100:
            await exchange.read_head()
        if exchange.status == 417:
            raise DoesNotApply("the server refuses expectations, as it may")
        assert exchange.status == 200, f"{exchange.status}"
