"""sseclient-py over requests: hears; coming back is the application's."""

from __future__ import annotations

import requests
from sseclient import SSEClient

from bench.conformance.clients.saying import URL, Resuming


def listen(resuming: Resuming) -> bool:
    """Hear until `done` or until the connection breaks; whether it was `done`."""
    headers = {**resuming.headers(), "Accept": "text/event-stream"}
    with requests.get(URL, stream=True, headers=headers, timeout=30) as response:
        response.raise_for_status()
        return any(resuming.say(event.event, event.id, event.data) for event in SSEClient(response).events())


def main() -> None:
    resuming, done = Resuming(), False
    while not done:
        try:
            done = listen(resuming)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            continue


if __name__ == "__main__":
    main()
