"""What this project's API says beside the stream; known from the stream's path."""

from __future__ import annotations

import json
from typing import Any

from bench.conformance.address import Address
from bench.conformance.asking import answer
from bench.conformance.target import Target


def beside(target: Target, path: str) -> Address:
    """Another route of the same patient."""
    patient, _, _ = target.address.path.partition("/events/stream")
    return target.address.at(f"{patient}{path}")


async def read(target: Target, address: Address) -> Any:
    """The `data` of a JSON answer; fails when it is a refusal."""
    async with answer(target, address) as asked:
        body = json.loads(await asked.rest(within=30))
    assert asked.status == 200, f"{address.path} is answered with {asked.status}"
    return body["data"]


async def summary_of(target: Target) -> dict[str, Any]:
    """The record's summary, and the position it was read at."""
    summary: dict[str, Any] = await read(target, beside(target, "/summary"))
    return summary


async def page_of(target: Target, *, after: int, wait: int = 0) -> dict[str, Any]:
    """A page of the patient's events after a position."""
    page: dict[str, Any] = await read(target, beside(target, f"/events?after={after}&limit=100&wait={wait}"))
    return page
