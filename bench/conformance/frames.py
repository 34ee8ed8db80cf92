"""An event stream as a client takes it apart, and as the bytes that came: WHATWG HTML, 9.2.6.

Unlike a client it keeps what a client would ignore, because that is what the checks look at.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

LINE_END = re.compile(rb"\r\n|\n|\r")
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands between two blank lines; `at` is the monotonic time at which the blank line was here."""

    lines: tuple[bytes, ...]
    at: float

    def values(self, name: str) -> list[str]:
        """The values of every field of this name, in order; one space after the colon does not count."""
        fields = (line.partition(b":") for line in self.lines)
        return [_text(value) for key, _, value in fields if key == name.encode()]

    @property
    def event(self) -> str:
        return next(reversed(self.values("event")), "") or "message"

    @property
    def data(self) -> str:
        return "\n".join(self.values("data"))

    @property
    def id(self) -> str | None:
        """The last event id that this frame sets; None when it sets none."""
        return next((value for value in reversed(self.values("id")) if "\0" not in value), None)

    @property
    def retry(self) -> str | None:
        return next(reversed(self.values("retry")), None)

    @property
    def is_dispatched(self) -> bool:
        """Whether a client hears of it: its data is not the empty string."""
        return self.data != ""


def _text(value: bytes) -> str:
    return value.removeprefix(b" ").decode(errors="replace")


@dataclass(slots=True)
class FrameReader:
    """Feed it the body as it comes."""

    frames: list[Frame] = field(default_factory=list)
    comments: list[tuple[bytes, float]] = field(default_factory=list)
    """Every comment line with the time it came."""
    line_ends: set[bytes] = field(default_factory=set)
    _rest: bytes = b""
    _lines: list[bytes] = field(default_factory=list)
    _begun: bool = False

    def feed(self, data: bytes, at: float) -> None:
        """Take what came at this time."""
        data = self._rest + data
        if not self._begun:
            data, self._begun = data.removeprefix(BOM), True
        begin = 0
        for end in LINE_END.finditer(data):
            # A CR at the end of what is here may be half of a CRLF.
            if end.group() == b"\r" and end.end() == len(data):
                break
            self.line_ends.add(end.group())
            self._take(data[begin : end.start()], at)
            begin = end.end()
        self._rest = data[begin:]

    def _take(self, line: bytes, at: float) -> None:
        if line.startswith(b":"):
            self.comments.append((line, at))
        elif line:
            self._lines.append(line)
        elif self._lines:
            self.frames.append(Frame(tuple(self._lines), at))
            self._lines = []

    @property
    def unfinished(self) -> bytes:
        """What came after the last blank line: a client throws it away when the stream ends here."""
        return b"\n".join([*self._lines, self._rest])


def as_object(frame: Frame) -> dict[str, Any]:
    """The frame's data as a JSON object; raises `ValueError` when it is none."""
    value = json.loads(frame.data)
    if not isinstance(value, dict):
        raise ValueError(f"a JSON {type(value).__name__}, not an object")
    return value
