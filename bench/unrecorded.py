"""The server as it is but for its access records: what it is compared with in `bench.access_records`."""

from __future__ import annotations

import uuid
from typing import Any

from curaway.asgi import application
from events.access_records.recorder import Recorder

__all__ = ["application"]

RECORD = uuid.uuid4()


def opened(_: Recorder, *given: Any, **more: Any) -> uuid.UUID:
    return RECORD


def ended(_: Recorder, *given: Any, **more: Any) -> None:
    pass


Recorder.opened = opened  # type: ignore[method-assign]
Recorder.ended = ended  # type: ignore[method-assign]
