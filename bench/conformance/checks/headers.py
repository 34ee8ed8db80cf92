"""The head of the stream's answer."""

from __future__ import annotations

import time

from bench.conformance.asking import answer, stream
from bench.conformance.check import check, contract
from bench.conformance.request import head_of
from bench.conformance.target import Target
from bench.conformance.wire import Exchange, connected

AT_ONCE_SECONDS = 2.0
SINGLETONS = ("content-type", "content-length", "date", "cache-control", "content-encoding", "transfer-encoding")


@check("WHATWG HTML 9.2.3")
async def answered_as_a_stream(target: Target) -> None:
    """A GET is answered with 200 and `text/event-stream`; anything else ends an EventSource for good."""
    async with stream(target):
        pass


@check("WHATWG HTML 9.2.5")
async def charset_is_utf_8(target: Target) -> None:
    """The type names no charset but UTF-8, because clients know no other."""
    async with stream(target) as opened:
        _, _, parameters = (opened.header("content-type") or "").partition(";")
        named = parameters.strip().lower().replace('"', "")
        assert named in ("", "charset=utf-8"), f"the type's parameter is {named}"


@check("RFC 9111 5.2.2")
async def not_cached(target: Target) -> None:
    """No cache may give the stream to somebody else: `no-store`, `no-cache` or `private` stands in Cache-Control."""
    async with stream(target) as opened:
        said = (opened.header("cache-control") or "").lower()
        assert any(word in said for word in ("no-store", "no-cache", "private")), f"Cache-Control: {said or 'none'}"


@check("RFC 9111 5.2.2.6")
async def not_transformed(target: Target) -> None:
    """Proxies are told not to compress or rewrite the stream: `no-transform`, or an encoding that is set already."""
    async with stream(target) as opened:
        told = "no-transform" in (opened.header("cache-control") or "").lower() or opened.header("content-encoding")
        assert told, "neither Cache-Control: no-transform nor Content-Encoding"


@check("practice: ngx_http_proxy_module, proxy_buffering")
async def nginx_is_told_not_to_buffer(target: Target) -> None:
    """`X-Accel-Buffering: no` lets the stream through an nginx that buffers, which is its default."""
    async with stream(target) as opened:
        assert opened.header("x-accel-buffering") == "no", f"X-Accel-Buffering: {opened.header('x-accel-buffering')}"


@check("RFC 9112 6.3")
async def length_is_not_named(target: Target) -> None:
    """A stream has no Content-Length: its length is not known."""
    async with stream(target) as opened:
        assert opened.header("content-length") is None, f"Content-Length: {opened.header('content-length')}"


@check("RFC 9112 6.1, 9.6")
async def body_is_framed(target: Target) -> None:
    """The body is chunked, or the connection says that it closes after it; a client can tell an end from a cut."""
    async with stream(target) as opened:
        framed = opened.header("transfer-encoding") == "chunked" or (opened.header("connection") or "") == "close"
        assert framed, "neither Transfer-Encoding: chunked nor Connection: close"


@check("RFC 9110 12.5.3")
async def gzip_holds_nothing_back(target: Target) -> None:
    """A client that accepts gzip and br gets the stream as it is, so that no compressor holds frames back."""
    async with stream(target, {"Accept-Encoding": "gzip, br, zstd"}) as opened:
        coding = opened.header("content-encoding") or "identity"
        assert coding == "identity", f"Content-Encoding: {coding}"


@check("RFC 9110 6.6.1")
async def date_is_said(target: Target) -> None:
    """The answer carries a Date."""
    async with stream(target) as opened:
        assert opened.header("date"), "no Date"


@check("RFC 9110 5.3, 8.3")
async def no_header_twice(target: Target) -> None:
    """Headers that are one value come once."""
    async with stream(target) as opened:
        twice = [name for name in SINGLETONS if len(opened.all(name)) > 1]
        assert not twice, f"more than once: {', '.join(twice)}"


@check("RFC 9110 5.6.2, 5.5")
async def headers_are_well_formed(target: Target) -> None:
    """Header names are tokens, and values hold no control characters."""
    async with stream(target) as opened:
        for name, value in opened.headers:
            assert all(letter.isalnum() or letter in "!#$%&'*+-.^_`|~" for letter in name), f"name {name!r}"
            assert value.isprintable() or "\t" in value, f"value of {name}"


@check("WHATWG HTML 9.2.3")
async def opens_at_once(target: Target) -> None:
    """The head comes at once, before any event happens: until then a page sees `connecting`."""
    began = time.monotonic()
    async with stream(target):
        took = time.monotonic() - began
    assert took < AT_ONCE_SECONDS, f"after {took:.1f} s"


@check("RFC 9110 12.5.1")
async def any_accept_will_do(target: Target) -> None:
    """The stream opens with `Accept: */*` and without Accept, as curl and simple clients ask."""
    for given in ({"Accept": "*/*"}, {}):
        async with connected(target.address) as exchange:
            exchange.send(head_of(target.address, {**target.headers, **given}))
            await exchange.read_head()
            assert exchange.status == 200, f"{exchange.status} with {given or 'no Accept'}"


@contract("§4")
async def headers_are_exact(target: Target) -> None:
    """Type, Cache-Control, X-Accel-Buffering and Content-Encoding are as promised, to the letter."""
    async with stream(target) as opened:
        assert _said(opened) == {
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-cache, no-transform",
            "x-accel-buffering": "no",
            "content-encoding": "identity",
        }, f"{_said(opened)}"


def _said(opened: Exchange) -> dict[str, str | None]:
    names = ("content-type", "cache-control", "x-accel-buffering", "content-encoding")
    return {name: opened.header(name) for name in names}


@contract("§1")
async def correlation_id_is_echoed(target: Target) -> None:
    """A correlation id comes back on the stream's head; one that is malformed is replaced."""
    async with stream(target, {"X-Correlation-ID": "conformance-1:a.b_c"}) as opened:
        assert opened.header("x-correlation-id") == "conformance-1:a.b_c", "another one came back"
    async with stream(target, {"X-Correlation-ID": "no spaces, please"}) as opened:
        made = opened.header("x-correlation-id")
        assert made, "no X-Correlation-ID"
        assert " " not in made, f"X-Correlation-ID: {made}"


@contract("§1")
async def nothing_is_told_of_the_server(target: Target) -> None:
    """No cookie is set on a stream, which is authorised by its token alone."""
    async with answer(target) as opened:
        assert opened.header("set-cookie") is None, "Set-Cookie"
