"""aiohttp-sse-client2: comes back by itself after an end, and leaves it to the application after a reset."""

from __future__ import annotations

import asyncio

from aiohttp import ClientError
from aiohttp_sse_client2.client import EventSource

from bench.conformance.clients.saying import URL, Resuming


async def listen(resuming: Resuming) -> bool:
    """Hear until `done` or until the connection breaks; whether it was `done`."""
    async with EventSource(URL, headers=resuming.headers()) as source:
        async for event in source:
            if resuming.say(event.type, event.last_event_id, event.data):
                return True
    return False


async def main() -> None:
    resuming, done = Resuming(), False
    while not done:
        try:
            done = await listen(resuming)
        except (ClientError, ConnectionError):
            continue


if __name__ == "__main__":
    asyncio.run(main())
