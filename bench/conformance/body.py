"""How long a body is, and what of the bytes is body: RFC 9112, 6 and 7."""

from __future__ import annotations

import re
from typing import Protocol

CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]+)[ \t]*(;[^\r\n]*)?")


class Broken(AssertionError):
    """The answer breaks the framing of HTTP/1.1."""


class Head(Protocol):
    """What says how the body is framed."""

    def header(self, name: str) -> str | None: ...


class Body(Protocol):
    """Takes bytes from the connection, gives those of the body."""

    ended: bool

    def feed(self, data: bytes) -> bytes:
        """`data` is empty when the connection was closed."""


class Chunked:
    """Chunks until the one of size 0."""

    def __init__(self) -> None:
        self.ended = False
        self._raw = b""

    def feed(self, data: bytes) -> bytes:
        self._raw += data
        body = b""
        while not self.ended and (chunk := self._chunk()) is not None:
            body += chunk
            self.ended = not chunk
        return body

    def _chunk(self) -> bytes | None:
        line, end, rest = self._raw.partition(b"\r\n")
        if not end:
            return None
        size_line = CHUNK_SIZE.fullmatch(line)
        if size_line is None:
            raise Broken(f"not the size of a chunk (RFC 9112, 7.1): {line[:40]!r}")
        size = int(size_line[1], 16)
        if len(rest) < size + 2:
            return None
        if rest[size : size + 2] != b"\r\n":
            raise Broken("a chunk does not end in CRLF (RFC 9112, 7.1)")
        self._raw = rest[size + 2 :]
        return rest[:size]


class Counted:
    """So many bytes as Content-Length says."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.ended = not length

    def feed(self, data: bytes) -> bytes:
        taken = data[: self._left]
        self._left -= len(taken)
        self.ended = not self._left
        return taken


class UntilClosed:
    """Everything until the connection is closed."""

    ended = False

    def feed(self, data: bytes) -> bytes:
        self.ended = not data
        return data


def body_reader(method: str, status: int, head: Head) -> Body:
    """What the answer's head says about its body; raises `Broken` when that contradicts itself."""
    if method == "HEAD" or status in (204, 304) or status < 200:
        return Counted(0)
    coding, length = head.header("transfer-encoding"), head.header("content-length")
    if coding is not None:
        return _coded(coding, length)
    if length is None:
        return UntilClosed()
    if not length.isdigit():
        raise Broken(f"Content-Length: {length} (RFC 9110, 8.6)")
    return Counted(int(length))


def _coded(coding: str, length: str | None) -> Body:
    if length is not None:
        raise Broken("both Transfer-Encoding and Content-Length (RFC 9112, 6.2)")
    if coding.lower() != "chunked":
        raise Broken(f"Transfer-Encoding: {coding}, which nobody asked for (RFC 9112, 6.1)")
    return Chunked()
