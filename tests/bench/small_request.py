"""A request as the small server reads it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Request:
    """A request's head."""

    method: str
    path: str
    version: str
    headers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def first(self, name: str) -> str | None:
        return next(iter(self.headers.get(name, [])), None)

    @property
    def room(self) -> str:
        return self.path.partition("?")[0]


def request_of(head: bytes) -> Request | None:
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        return None
    request = Request(*parts)
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            request.headers[name.lower()].append(value.strip())
    return request
