"""A frame of a stream, as a client hears it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Heard:
    """A frame as it came."""

    event: str
    id: str | None
    data: dict[str, Any]
    raw: bytes

    @property
    def position(self) -> int:
        return int(self.data["position"])


def heard(wire: bytes) -> Heard:
    """The frame of these bytes; raises AssertionError when it says one thing twice."""
    fields: dict[str, str] = {}
    for line in wire.decode().split("\n"):
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            if name in fields:
                raise AssertionError(f"two {name} lines in one frame")
            fields[name] = value
    return Heard(fields["event"], fields.get("id"), json.loads(fields["data"]), wire)
