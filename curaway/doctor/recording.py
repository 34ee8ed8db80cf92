"""What came of a stream, and when: the watcher's notes, from which the verdict is made."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

AT_ONCE_SECONDS = 2.0
"""What comes so much later than it was sent, somebody held back."""


@dataclass
class Recording:
    """One stream as it arrived. All times are seconds since the request was sent."""

    encrypted: bool = False
    status: int = 0
    """0: no answer came."""
    reason: str = ""
    """Why the server itself refused, in its own word; empty when it did not, or somebody else answered."""
    head_answered_in: float | None = None
    """Seconds that HEAD took; None: not answered, or not asked because the stream's own head came at once."""
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
    events: list[float] = field(default_factory=list)
    """When anything else came after the first frame: the server counts its silence from there."""
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
            return
        self.events.append(at)
        if fields.get(b"event") == b"done":
            self.done = str(json.loads(fields[b"data"])["reason"])
