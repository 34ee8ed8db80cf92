"""What came of a stream, and when: the watcher's notes, from which the verdict is made."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass
class Recording:
    """One stream as it arrived. All times are seconds since the request was sent."""

    encrypted: bool = False
    status: int = 0
    """0: no answer came."""
    answers_head: bool = False
    """Whether, when no answer came, one came to HEAD: then `headers` are that one's."""
    version: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""
    readable: bool = True
    """False when it is compressed by a method that is not known here: then only its end tells anything."""
    head_at: float = 0.0
    connected_at: float | None = None
    heartbeat_seconds: float = 15.0
    """What the server promises in its first frame; until then what it promises by default."""
    heartbeats: list[float] = field(default_factory=list)
    last_byte_at: float = 0.0
    done: str = ""
    """The reason in the server's last frame."""
    ended_at: float | None = None
    """When the body ended or the connection broke; None: it was still open when watching ended."""
    watched_seconds: float = 0.0
    fault: str = ""
    """The class of what broke it; never its text, which may quote an address."""
    _text: bytes = b""

    def receive(self, plain: bytes, at: float) -> None:
        """Note decoded bytes that came at a time."""
        self._text += plain
        while self._take(at):
            pass

    def _take(self, at: float) -> bool:
        if self._text.startswith(b":\n"):
            self._text = self._text[2:]
            self.heartbeats.append(at)
            return True
        frame, ends, rest = self._text.partition(b"\n\n")
        if not ends:
            return False
        self._text = rest
        self._note(frame, at)
        return True

    def _note(self, frame: bytes, at: float) -> None:
        fields = dict(line.partition(b": ")[::2] for line in frame.split(b"\n"))
        if fields.get(b"event") == b"connected":
            self.connected_at = at
            self.heartbeat_seconds = float(json.loads(fields[b"data"])["heartbeat_seconds"])
        elif fields.get(b"event") == b"done":
            self.done = str(json.loads(fields[b"data"])["reason"])
