"""What every client program has in common: what it is told, and how it tells what it hears."""

from __future__ import annotations

import json
import os
import time
from typing import Any

URL = os.environ["STREAM_URL"]
HEADERS: dict[str, str] = json.loads(os.environ["STREAM_HEADERS"])
RECONNECT_SECONDS = 1.0


def say(event: str | None, event_id: str | None, data: str) -> bool:
    """Tell of an event; whether it was the last one."""
    print(json.dumps({"event": event or "message", "id": event_id or "", "data": data}), flush=True)
    return event == "done"


class Resuming:
    """Headers of the next attempt, for clients that leave coming back to the application."""

    def __init__(self) -> None:
        self.last_event_id = ""
        self._attempts = 0

    def headers(self) -> dict[str, str]:
        """Waits before every attempt but the first."""
        if self._attempts:
            time.sleep(RECONNECT_SECONDS)
        self._attempts += 1
        return {**HEADERS, **({"Last-Event-ID": self.last_event_id} if self.last_event_id else {})}

    def say(self, event: Any, event_id: Any, data: str) -> bool:
        self.last_event_id = event_id or self.last_event_id
        return say(event, event_id, data)
