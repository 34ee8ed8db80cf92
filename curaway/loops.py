"""Whether this code may block: waiting inside an event loop would freeze every stream of the process."""

from __future__ import annotations

import asyncio


def in_event_loop() -> bool:
    """True where a running event loop would stand still if this thread waited."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
