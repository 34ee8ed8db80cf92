"""Pages of another origin: the Fetch standard, "CORS protocol"."""

from __future__ import annotations

from bench.conformance.asking import answer, stream
from bench.conformance.check import check, contract
from bench.conformance.target import Target
from bench.conformance.verdict import DoesNotApply
from bench.conformance.wire import Exchange

STRANGER = "https://stranger.example"
SENT = ("authorization", "x-tenant-id", "x-correlation-id", "x-idempotency-key", "last-event-id", "cache-control")


def listed(exchange: Exchange, name: str) -> set[str]:
    """A header's comma-separated values, in lower case."""
    return {value.strip().lower() for value in (exchange.header(name) or "").split(",") if value.strip()}


async def allowed(target: Target) -> Exchange:
    """The stream as a page of the allowed origin opens it; does not apply where no other origin may read it."""
    async with stream(target, {"Origin": target.origin}) as opened:
        if opened.header("access-control-allow-origin") is None:
            raise DoesNotApply(f"the server allows no page of {target.origin}")
        return opened


async def preflighted(target: Target, *headers: str, origin: str = "") -> Exchange:
    """The answer to the question that a browser asks before it sends such headers; it carries no credentials."""
    asked = {"Origin": origin or target.origin, "Access-Control-Request-Method": "GET"}
    if headers:
        asked["Access-Control-Request-Headers"] = ",".join(sorted(headers))
    async with answer(target, method="OPTIONS", headers=asked) as preflight:
        await preflight.rest()
        return preflight


@check("Fetch, CORS check")
async def origin_is_allowed_exactly(target: Target) -> None:
    """The stream names the page's own origin or `*`, once; a list or another name is refused by browsers."""
    values = (await allowed(target)).all("access-control-allow-origin")
    assert values in ([target.origin], ["*"]), f"{values}"


@check("Fetch, CORS protocol and HTTP caches")
async def caches_tell_origins_apart(target: Target) -> None:
    """An answer that names one origin varies by Origin, or a cache gives it to another page."""
    opened = await allowed(target)
    if opened.header("access-control-allow-origin") != "*":
        assert "origin" in listed(opened, "vary"), f"Vary: {opened.header('vary')}"


@check("Fetch, CORS protocol and credentials")
async def credentials_are_not_for_everybody(target: Target) -> None:
    """`*` and credentials don't go together."""
    opened = await allowed(target)
    both = opened.header("access-control-allow-origin") == "*" and opened.header("access-control-allow-credentials")
    assert not both, "both"


@check("Fetch, CORS-preflight fetch")
async def preflight_is_answered(target: Target) -> None:
    """A preflight without credentials is answered with 2xx and allows the origin, GET, and Last-Event-ID."""
    await allowed(target)
    preflight = await preflighted(target, "last-event-id", "cache-control")
    assert 200 <= preflight.status < 300, f"{preflight.status}"
    assert listed(preflight, "access-control-allow-origin") & {target.origin, "*"}, "the origin is not allowed"
    assert {"last-event-id"} <= listed(preflight, "access-control-allow-headers") | _any(preflight), "no Last-Event-ID"


def _any(preflight: Exchange) -> set[str]:
    return {"last-event-id"} if "*" in listed(preflight, "access-control-allow-headers") else set()


@contract("design §4, CORS")
async def preflight_allows_what_the_portal_sends(target: Target) -> None:
    """The preflight allows every header that the portal sends, and may be kept."""
    preflight = await preflighted(target, *SENT)
    missing = set(SENT) - listed(preflight, "access-control-allow-headers")
    assert not missing, f"not allowed: {sorted(missing)}"
    assert (preflight.header("access-control-max-age") or "0").isdigit(), "no Access-Control-Max-Age"


@contract("design §4, CORS")
async def strangers_are_not_allowed(target: Target) -> None:
    """A page of an unknown origin is named in neither the stream nor the preflight."""
    async with stream(target, {"Origin": STRANGER}) as opened:
        assert opened.header("access-control-allow-origin") is None, "the stream names it"
    preflight = await preflighted(target, "authorization", origin=STRANGER)
    assert preflight.header("access-control-allow-origin") is None, "the preflight names it"


@contract("design §4, CORS")
async def pages_may_read_why(target: Target) -> None:
    """The correlation id and Retry-After are exposed, and a refusal is readable by the page."""
    opened = await allowed(target)
    exposed = listed(opened, "access-control-expose-headers")
    assert {"x-correlation-id", "retry-after"} <= exposed, f"{sorted(exposed)}"
    async with answer(target, headers={"Origin": target.origin}) as refused:
        assert refused.status == 401, f"{refused.status}"
        assert refused.header("access-control-allow-origin") == target.origin, "the refusal is not readable"


@contract("§1")
async def preflight_needs_no_token(target: Target) -> None:
    """A preflight is answered the same for a patient whom nobody knows: it tells nothing about anybody."""
    known = await preflighted(target, "authorization")
    stranger = target.address.at("/api/v1/patients/pat-nobody/events/stream")
    unknown = await preflighted(target.with_address(stranger), "authorization")
    assert (known.status, bytes(known.body)) == (unknown.status, bytes(unknown.body)), "they differ"
