"""One HTTP exchange on a connection of its own, read byte by byte: nothing is repaired on the way, as libraries do.

Source: RFC 9112. What breaks its framing raises `Broken`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from bench.conformance.address import Address
from bench.conformance.body import Broken, body_reader
from bench.conformance.frames import Frame, FrameReader

PATIENCE_SECONDS = 10.0
READ_BYTES = 64 * 1024


class Silent(AssertionError):
    """The server did not say what was waited for in time, or closed the connection before."""


class Exchange:
    """A request that was sent, and what comes back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str) -> None:
        self._reader, self._writer, self._method = reader, writer, method
        self.version = ""
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        """Names in lower case, in the order they came."""
        self.body = bytearray()
        self.stream = FrameReader()
        self.ended = False
        """Whether the body came to its proper end."""
        self.closed = False

    @property
    def is_open(self) -> bool:
        """Whether more may come."""
        return not (self.ended or self.closed)

    # The head

    async def read_head(self, *, within: float = PATIENCE_SECONDS) -> None:
        """Read up to the blank line after the headers; raises `Silent` or `Broken`."""
        try:
            async with asyncio.timeout(within):
                head = await self._reader.readuntil(b"\r\n\r\n")
        except TimeoutError:
            raise Silent(f"no head of an answer within {within:g} s") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Silent("the connection was closed without an answer") from None
        status_line, *lines = head[:-4].split(b"\r\n")
        version, _, rest = status_line.decode("latin-1").partition(" ")
        if not version.startswith("HTTP/1.") or not rest[:3].isdigit():
            raise Broken(f"not a status line: {status_line[:60]!r}")
        self.version, self.status = version, int(rest[:3])
        self.headers = [_header(line) for line in lines]
        self._body = body_reader(self._method, self.status, self)
        self.ended = self._body.ended

    def header(self, name: str) -> str | None:
        """The header's value; several of one name are joined by a comma (RFC 9110, 5.3)."""
        values = self.all(name)
        return ", ".join(values) if values else None

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name.lower()]

    @property
    def media_type(self) -> str:
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    # The body

    async def step(self, *, within: float) -> bool:
        """Take what comes next; False when nothing came within that time, or nothing will."""
        if not self.is_open:
            return False
        try:
            async with asyncio.timeout(within):
                data = await self._reader.read(READ_BYTES)
        except TimeoutError:
            return False
        except ConnectionError:
            data = b""
        at = time.monotonic()
        piece = self._body.feed(data)
        self.closed = not data
        self.ended = self._body.ended
        self.body += piece
        self.stream.feed(piece, at)
        return bool(data)

    async def until(self, true: Callable[[], Any], *, what: str, within: float = PATIENCE_SECONDS) -> Any:
        """What `true` returns once it is truthy; raises `Silent` naming `what` after so many seconds."""
        deadline = time.monotonic() + within
        while not (found := true()):
            left = deadline - time.monotonic()
            if left <= 0 or not await self.step(within=left):
                if found := true():
                    return found
                said = f"{within:g} s passed" if self.is_open else "the body ended"
                raise Silent(f"no {what}: {said}")
        return found

    async def frame(self, wanted: Callable[[Frame], bool], *, what: str, within: float = PATIENCE_SECONDS) -> Frame:
        """The first frame that is wanted, also of those that came before."""

        def first() -> Frame | None:
            return next((frame for frame in self.stream.frames if wanted(frame)), None)

        found: Frame = await self.until(first, what=what, within=within)
        return found

    async def first(self, *, within: float = PATIENCE_SECONDS) -> Frame:
        return await self.frame(lambda _: True, what="frame", within=within)

    async def listen(self, seconds: float) -> None:
        """Take whatever comes for so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and self.is_open:
            await self.step(within=left)

    async def rest(self, *, within: float = PATIENCE_SECONDS) -> bytes:
        """The whole body of an answer that ends."""
        await self.until(lambda: self.ended or self.closed, what="end of the body", within=within)
        return bytes(self.body)

    async def leftover(self, *, within: float) -> bytes:
        """Whatever comes after the end of an answer, where nothing should."""
        try:
            async with asyncio.timeout(within):
                data = await self._reader.read(READ_BYTES)
        except TimeoutError:
            return b""
        self.closed = not data
        return data

    # The connection

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    def half_close(self) -> None:
        self._writer.write_eof()

    def cut(self) -> None:
        """Close with RST, as a machine that vanished and came back would."""
        connected = self._writer.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self._writer.transport.abort()

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
            async with asyncio.timeout(2):
                await self._writer.wait_closed()


def _header(line: bytes) -> tuple[str, str]:
    name, colon, value = line.decode("latin-1").partition(":")
    if not colon or not name or name != name.strip():
        raise Broken(f"not a header line (RFC 9112, 5): {line[:60]!r}")
    return name.lower(), value.strip()


@contextlib.asynccontextmanager
async def connected(address: Address, *, method: str = "GET", receive_bytes: int = 0) -> AsyncIterator[Exchange]:
    """A connection on which nothing was said yet; `receive_bytes` bounds what the kernel takes unread."""
    raw = socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET)
    raw.setblocking(False)
    if receive_bytes:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.get_running_loop().sock_connect(raw, (address.host, address.port))
            tls = ssl.create_default_context() if address.secure else None
            name = address.host if tls else None
            limit = receive_bytes or 4 * READ_BYTES
            reader, writer = await asyncio.open_connection(sock=raw, ssl=tls, server_hostname=name, limit=limit)
    except (OSError, TimeoutError) as refused:
        raw.close()
        raise Silent(f"cannot connect to {address.authority}: {refused or type(refused).__name__}") from None
    exchange = Exchange(reader, writer, method)
    try:
        yield exchange
    finally:
        await exchange.close()
