"""Server-sent events as a client reads them; nothing here is shared with the server.

Source: the WHATWG HTML standard, section 9.2, "Server-sent events", for streams whose lines end in "\\n".
"""

from __future__ import annotations

from typing import NamedTuple


class Frame(NamedTuple):
    """One event as it was dispatched; `id` is empty when it had none."""

    name: str
    id: str
    data: str


class Parser:
    """Takes bytes as they come, in pieces of any size; gives whole frames only, so that half of one is never heard."""

    def __init__(self) -> None:
        self._rest = b""
        self._name = self._id = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> list[Frame]:
        """The frames that this piece completes."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        return [frame for line in lines if (frame := self._take(line.decode())) is not None]

    def _take(self, line: str) -> Frame | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "id":
            self._id = value
        elif field == "data":
            self._data.append(value)
        return None

    def _dispatch(self) -> Frame | None:
        frame = Frame(self._name, self._id, "\n".join(self._data)) if self._data else None
        self._name, self._id, self._data = "", "", []
        return frame
