"""How large a request may be. What is larger is cut off before anything looks at it, and then refused by its name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from curaway.errors import BodyTooLarge, HeadTooLarge, UploadTooLarge

Receive = Callable[[], Awaitable[dict[str, Any]]]

TOO_LARGE = "curaway.too_large"
"""In the scope of a request that was cut off: what it is refused with."""

HEAD_BYTES = 64 * 1024
"""Twice what proxies let through, and eight times what a browser with a full jar of cookies sends."""
HEAD_LINES = 100
JSON_BODY_BYTES = 1024 * 1024
UPLOAD_BODY_BYTES = 21 * 1024 * 1024

POSITION = b"last-event-id"
"""Where a stream goes on from may be anything: a position that means nothing is no error."""

STILL_READ = frozenset({b"host", b"origin", b"x-correlation-id"})
"""What refusing needs: whom the answer is for, and under which id."""


def bounded(scope: dict[str, Any], receive: Receive) -> Receive:
    """What gives the request's body, or as much of it as is taken; a head that is too large loses its body as well."""
    if _cut_off_head(scope):
        scope[TOO_LARGE] = HeadTooLarge
        return _no_body
    # Django spools any body to disk before it looks at it; without a bound anybody could fill the disk.
    is_upload = scope["path"].startswith("/uploads/")
    limit, too_large = (UPLOAD_BODY_BYTES, UploadTooLarge) if is_upload else (JSON_BODY_BYTES, BodyTooLarge)
    taken = 0

    async def bounded_body() -> dict[str, Any]:
        nonlocal taken
        while (message := await receive())["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken <= limit:
                return message
            if TOO_LARGE not in scope:
                # Here the body ends for Django; what still comes is thrown away.
                scope[TOO_LARGE] = too_large
                return await _no_body()
        return message

    return bounded_body


def _cut_off_head(scope: dict[str, Any]) -> bool:
    """Whether the head is too large; what is then left of it costs nothing to look at."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if len(headers) <= HEAD_LINES and _head_bytes(scope, headers) <= HEAD_BYTES:
        return False
    headers[:] = dict(pair for pair in headers if pair[0] in STILL_READ and len(pair[1]) <= 1024).items()
    scope["path"], scope["query_string"] = scope["path"][:100], b""
    return True


def _head_bytes(scope: dict[str, Any], headers: list[tuple[bytes, bytes]]) -> int:
    lines = sum(len(name) + len(value) for name, value in headers if name != POSITION)
    return lines + len(scope["path"]) + len(scope["query_string"])


async def _no_body() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}
