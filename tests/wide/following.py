"""Many streams at once over HTTP/1.1 or HTTP/2, each telling what it heard."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from h2.errors import ErrorCodes

from events.testing import Heard


class Following:
    """One open stream: its answer's head, then its frames and heartbeats, none of which is waited for without end."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.heartbeats = 0
        self._bytes = response.aiter_raw()
        self._body = b""

    async def next(self, seconds: float = 10) -> Heard:
        """The next frame; heartbeats before it are counted."""
        async with asyncio.timeout(seconds):
            while True:
                while self._body.startswith(b":\n"):
                    self.heartbeats += 1
                    self._body = self._body[2:]
                if b"\n\n" in self._body:
                    wire, self._body = self._body.split(b"\n\n", 1)
                    return heard(wire + b"\n\n")
                self._body += await anext(self._bytes)

    async def positions(self, count: int, seconds: float = 30) -> list[int]:
        """The positions of the next `count` frames."""
        async with asyncio.timeout(seconds):
            return [(await self.next(seconds)).position for _ in range(count)]

    def left(self) -> bytes:
        """What came and was not taken, without heartbeats."""
        return self._body.replace(b":\n", b"")

    async def heartbeat(self, seconds: float = 10) -> None:
        """Return at the next heartbeat."""
        async with asyncio.timeout(seconds):
            while b":\n" not in self._body:
                self._body += await anext(self._bytes)
            self._body = self._body.partition(b":\n")[2]
            self.heartbeats += 1


def heard(wire: bytes) -> Heard:
    fields = dict(line.split(": ", 1) for line in wire.decode().split("\n") if line and not line.startswith(":"))
    return Heard(fields["event"], fields.get("id"), json.loads(fields["data"]), wire)


@asynccontextmanager
async def follow(
    client: httpx.AsyncClient, patient: Any, headers: dict[str, str], **query: Any
) -> AsyncIterator[Following]:
    """Open a stream that stays open, past its `connected` frame."""
    path = f"/api/v1/patients/{patient.id}/events/stream"
    given = {"follow": "true", **query}
    async with client.stream("GET", path, headers=headers, params=given) as response:
        assert response.status_code == 200, response.status_code
        following = Following(response)
        first = await following.next()
        assert first.event == "connected"
        yield following


async def leave(client: httpx.AsyncClient, following: Following) -> None:
    """Go away as a browser does whose tab is closed: over HTTP/2 the stream is reset and the connection stays.

    The library only forgets the stream then, which nobody at the other end would notice.
    """
    if following.response.http_version == "HTTP/2":
        pool: Any = client._transport._pool  # type: ignore[attr-defined]
        (connection,) = pool.connections
        inner = connection._connection
        inner._h2_state.reset_stream(following.response.extensions["stream_id"], ErrorCodes.CANCEL)
        await following.response.extensions["network_stream"].write(inner._h2_state.data_to_send())
