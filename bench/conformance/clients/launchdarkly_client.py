"""launchdarkly-eventsource for Python: comes back by itself."""

from __future__ import annotations

from ld_eventsource import SSEClient
from ld_eventsource.config import ConnectStrategy, ErrorStrategy

from bench.conformance.clients.saying import HEADERS, URL, say


def main() -> None:
    connect = ConnectStrategy.http(URL, headers=HEADERS)
    with SSEClient(connect, error_strategy=ErrorStrategy.always_continue()) as client:
        for event in client.events:
            if say(event.event, event.last_event_id, event.data):
                return


if __name__ == "__main__":
    main()
