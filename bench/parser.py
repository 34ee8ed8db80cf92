"""A server-sent-event answer taken apart as it arrives: head, chunks, frames. As little work per byte as can be."""

from __future__ import annotations

MARK = b"bench-"
"""Begins the correlation id of every event the bench publishes, so that its frames are known by it."""


class EventStreamParser:
    """Feed it what the socket gives; it returns the frames that are complete, without their blank line."""

    __slots__ = ("_body", "_chunked", "_raw", "status")

    def __init__(self) -> None:
        self.status = 0
        """The answer's status code; 0 until its head is complete."""
        self._raw = b""
        self._body = b""
        self._chunked = False

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that `data` completes. The body of a refusal is never a frame."""
        raw = self._raw + data if self._raw else data
        if not self.status:
            end = raw.find(b"\r\n\r\n")
            if end < 0:
                self._raw = raw
                return []
            self._read_head(raw[:end])
            raw = raw[end + 4 :]
        if self.status != 200:
            self._raw = b""
            return []
        return self._frames(self._dechunked(raw) if self._chunked else raw)

    def _read_head(self, head: bytes) -> None:
        self.status = int(head[9:12])
        self._chunked = b"transfer-encoding: chunked" in head.lower()
        self._raw = b""

    def _dechunked(self, raw: bytes) -> bytes:
        body = b""
        at = 0
        while True:
            line_end = raw.find(b"\r\n", at)
            if line_end < 0:
                break
            # A chunk's size may be followed by extensions.
            size = int(raw[at:line_end].split(b";")[0], 16)
            begin = line_end + 2
            if len(raw) < begin + size + 2:
                break
            body += raw[begin : begin + size]
            at = begin + size + 2
        self._raw = raw[at:]
        return body

    def _frames(self, body: bytes) -> list[bytes]:
        body = self._body + body if self._body else body
        if b"\r" in body:
            body = body.replace(b"\r\n", b"\n")
        frames = body.split(b"\n\n")
        self._body = frames.pop()
        return frames


def nonce_of(frame: bytes) -> int | None:
    """The number of the bench's event in this frame; None for every other frame."""
    at = frame.find(MARK)
    if at < 0:
        return None
    begin = at + len(MARK)
    return int(frame[begin : frame.index(b'"', begin)])


def id_of(frame: bytes) -> bytes | None:
    """The frame's `id` line; None without one."""
    at = 0 if frame.startswith(b"id: ") else frame.find(b"\nid: ") + 1
    if at == 0 and not frame.startswith(b"id: "):
        return None
    end = frame.find(b"\n", at)
    return frame[at + 4 : end if end >= 0 else None]
