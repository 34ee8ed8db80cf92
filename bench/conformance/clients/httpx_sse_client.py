"""httpx-sse: hears; coming back is the application's."""

from __future__ import annotations

import httpx
from httpx_sse import connect_sse

from bench.conformance.clients.saying import URL, Resuming


def listen(client: httpx.Client, resuming: Resuming) -> bool:
    """Hear until `done` or until the connection breaks; whether it was `done`."""
    with connect_sse(client, "GET", URL, headers=resuming.headers()) as source:
        return any(resuming.say(event.event, event.id, event.data) for event in source.iter_sse())


def main() -> None:
    resuming, done = Resuming(), False
    with httpx.Client(timeout=30) as client:
        while not done:
            try:
                done = listen(client, resuming)
            except httpx.TransportError:
                continue


if __name__ == "__main__":
    main()
