"""Refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench.conformance.address import Address
from bench.conformance.asking import answer
from bench.conformance.check import check, contract
from bench.conformance.request import head_of
from bench.conformance.target import Target
from bench.conformance.verdict import DoesNotApply
from bench.conformance.wire import connected

NOWHERE = "/no-such-path-of-this-server"


def anonymous(target: Target) -> dict[str, str]:
    """The target's headers without what says who is asking; does not apply where nothing does."""
    kept = {name: value for name, value in target.headers.items() if name.lower() not in ("authorization", "cookie")}
    if len(kept) == len(target.headers):
        raise DoesNotApply("the stream is open to everybody")
    return kept


@check("RFC 9110 15.5.5; WHATWG HTML 9.2.3")
async def unknown_paths_are_refused(target: Target) -> None:
    """A path that is no stream is refused with 4xx and not as an event stream, so that a client stops asking."""
    async with answer(target, target.address.at(NOWHERE)) as asked:
        assert 400 <= asked.status < 500, f"{asked.status}"
        assert asked.media_type != "text/event-stream", "as an event stream"


@check("RFC 9110 15.5.2, 15.5.4")
async def strangers_are_refused(target: Target) -> None:
    """Without its credentials the stream is refused with 401, 403 or 404."""
    async with answer(target, headers=anonymous(target)) as asked:
        assert asked.status in (401, 403, 404), f"{asked.status}"
        assert asked.media_type != "text/event-stream", "as an event stream"


@check("RFC 9110 11.6.1, 15.5.2")
async def unauthorized_says_how(target: Target) -> None:
    """401 names in WWW-Authenticate how to sign in."""
    async with answer(target, headers=anonymous(target)) as asked:
        if asked.status != 401:
            raise DoesNotApply(f"refused with {asked.status}")
        assert asked.header("www-authenticate"), "no WWW-Authenticate"


@check("RFC 9112 9.3")
async def a_refusal_leaves_the_connection(target: Target) -> None:
    """After a refusal the connection answers the next request, or says that it closes."""
    place = target.address.at(NOWHERE)
    async with connected(place) as exchange:
        for _ in range(2):
            exchange.send(head_of(place, target.headers))
            await exchange.read_head()
            assert 400 <= exchange.status < 500, f"{exchange.status}"
            await exchange.rest()
            if exchange.header("connection") == "close":
                return


@check("RFC 9110 8.3; RFC 9457")
async def refusals_have_a_type(target: Target) -> None:
    """A refusal with a body says what type it is."""
    async with answer(target, target.address.at(NOWHERE)) as asked:
        if await asked.rest():
            assert asked.media_type, "no Content-Type"


async def refusal(
    target: Target, address: Address | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Status and code of a refusal in the envelope; fails when it is none."""
    async with answer(target, address, headers=headers) as asked:
        assert asked.media_type == "application/json", f"{asked.status} as {asked.media_type}"
        body: dict[str, Any] = json.loads(await asked.rest())
        assert body["data"] is None, "a refusal with data"
        assert body["errors"], "a refusal without errors"
        assert body["meta"]["request_id"] == asked.header("x-correlation-id"), "another correlation id"
        return asked.status, body["errors"][0]["code"]


@contract("§1")
async def no_token(target: Target) -> None:
    """Without a token: 401 AUTH_HEADER_MISSING_001."""
    assert await refusal(target, headers=anonymous(target)) == (401, "AUTH_HEADER_MISSING_001")


@contract("§1")
async def bad_token(target: Target) -> None:
    """With a token that is none, or is signed by nobody: 401 AUTH_TOKEN_INVALID_001."""
    for token in ("not-a-token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."):
        with_it = {**anonymous(target), "Authorization": f"Bearer {token}"}
        assert await refusal(target, headers=with_it) == (401, "AUTH_TOKEN_INVALID_001")


@contract("§1")
async def no_tenant(target: Target) -> None:
    """Without X-Tenant-ID: 400 TENANT_HEADER_MISSING_001."""
    kept = {name: value for name, value in target.headers.items() if name.lower() != "x-tenant-id"}
    assert await refusal(target, headers=kept) == (400, "TENANT_HEADER_MISSING_001")


@contract("§1")
async def unknown_tenant(target: Target) -> None:
    """An unknown tenant: 404 TENANT_NOT_FOUND_001."""
    other = {**target.headers, "X-Tenant-ID": "tenant-nobody"}
    assert await refusal(target, headers=other) == (404, "TENANT_NOT_FOUND_001")


@contract("§1")
async def unknown_patient(target: Target) -> None:
    """An unknown patient: 404 PATIENT_NOT_FOUND_001, and the answer does not repeat what was asked for."""
    place = target.address.at("/api/v1/patients/pat-nobody/events/stream")
    assert await refusal(target, place) == (404, "PATIENT_NOT_FOUND_001")
    async with answer(target, place) as asked:
        assert b"pat-nobody" not in await asked.rest(), "it repeats the id"


@contract("§1, §4")
async def unknown_types(target: Target) -> None:
    """A name in `types` that nothing streams under: 422 INTAKE_VALIDATION_001."""
    assert await refusal(target, target.address.asking(types="gossip")) == (422, "INTAKE_VALIDATION_001")


@contract("§1")
async def unknown_route(target: Target) -> None:
    """A route that does not exist is refused in the envelope as well."""
    status, code = await refusal(target, target.address.at("/api/v1/no-such-route"))
    assert (status, code) == (404, "ROUTE_NOT_FOUND_001"), f"{status} {code}"
