"""The stream behind proxies that were not made for it."""

from __future__ import annotations

from bench.conformance.asking import heard, settled, stream
from bench.conformance.check import Turn, check
from bench.conformance.checks.heartbeats import LATE, heartbeat_of
from bench.conformance.checks.leaving import CLIENTS, come_and_go, is_tidy, sockets_of
from bench.conformance.checks.resume import resumed, told
from bench.conformance.proxy_programs import behind_caddy, behind_nginx
from bench.conformance.target import Target

COMPRESSING = "gzip on; gzip_types *; gzip_proxied any; gzip_http_version 1.0; gzip_min_length 1;"
GREEDY = {"Accept-Encoding": "gzip, br, zstd"}


async def arrives_at_once(target: Target) -> None:
    """Fails unless two events, one after the other, each arrive in time and not compressed."""
    async with stream(target, GREEDY) as opened:
        coding = opened.header("content-encoding") or "identity"
        assert coding == "identity", f"compressed on the way: {coding}"
        await settled(opened)
        for number in (1, 2):
            await target.publish()
            await heard(opened, number, within=target.delivers_within)


@check("practice: ngx_http_proxy_module, proxy_buffering on", turn=Turn.OWN)
async def nginx_by_default(target: Target) -> None:
    """Events pass an nginx of which nothing is configured but `proxy_pass`, each at once."""
    async with behind_nginx(target) as through:
        await arrives_at_once(through)


@check("practice: ngx_http_gzip_module, gzip_types *", turn=Turn.OWN)
async def nginx_that_compresses(target: Target) -> None:
    """Events pass an nginx that compresses every type, each at once."""
    async with behind_nginx(target, COMPRESSING) as through:
        await arrives_at_once(through)


@check("practice: Caddy, reverse_proxy and encode", turn=Turn.OWN)
async def caddy_that_compresses(target: Target) -> None:
    """Events pass a Caddy that compresses, each at once."""
    async with behind_caddy(target, "encode zstd gzip") as through:
        await arrives_at_once(through)


@check("practice: ngx_http_proxy_module, proxy_read_timeout", turn=Turn.OWN)
async def heartbeats_keep_a_proxy_waiting(target: Target) -> None:
    """A proxy that ends silent connections after one and a half heartbeats does not end the stream."""
    patience = f"proxy_read_timeout {round(LATE * target.heartbeat_seconds + 1)}s;"
    async with behind_nginx(target, patience) as through, stream(through) as opened:
        for _ in range(2):
            await heartbeat_of(opened, target)
        await target.publish()
        await heard(opened, 1, within=target.delivers_within)


@check("RFC 9110 7.6; WHATWG HTML 9.2.4", turn=Turn.OWN)
async def resuming_passes_a_proxy(target: Target) -> None:
    """Last-Event-ID passes the proxy, and so does what was missed."""
    async with behind_nginx(target) as through:
        first, *missed = await told(through, 3)
        assert await resumed(through, first, 2) == missed, "other events"


@check("RFC 9112 9.6", turn=Turn.ALONE)
async def leaving_passes_a_proxy(target: Target) -> None:
    """Who leaves a proxy also leaves the server."""
    before = sockets_of(target.pids())
    async with behind_nginx(target) as through:
        await come_and_go(through, CLIENTS, how="close")
        # While the proxy runs: it is not its end that frees them.
        await is_tidy(target, before)
