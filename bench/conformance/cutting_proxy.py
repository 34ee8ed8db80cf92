"""A proxy that adds headers a browser can't send, serves a page, and cuts a stream in the middle of an event."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Mapping

from bench.conformance.address import Address
from bench.conformance.target import Target

HEARTBEAT = b":\n"
LINGER_NOT = b"\x01\0\0\0\0\0\0\0"
PATIENCE_SECONDS = 20.0
OWN = frozenset(("host", "connection"))


class CuttingProxy:
    """In front of one target; one client at a time is expected to use it."""

    def __init__(self, target: Target, page: bytes = b"") -> None:
        """`page` is served at `/`; the stream at every other path."""
        self.target, self._page = target, page
        self.openings: list[dict[str, str]] = []
        """The headers with which the stream was opened, each time; names in lower case."""
        self.heartbeats = 0
        self._to_cut = False
        self.port = 0

    async def __aenter__(self) -> CuttingProxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    @property
    def address(self) -> Address:
        return self.target.address.through(self.port)

    def cut_in_the_next_event(self) -> None:
        """Pass on half of what comes next that is not a heartbeat, and reset the connection."""
        self._to_cut = True

    async def heartbeat(self) -> None:
        """Wait until one more heartbeat has passed."""
        seen, deadline = self.heartbeats, time.monotonic() + PATIENCE_SECONDS
        while self.heartbeats == seen:
            assert time.monotonic() < deadline, "no heartbeat passed"
            await asyncio.sleep(0.05)

    # One connection

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            try:
                request = await reader.readuntil(b"\r\n\r\n")
                path, headers = _taken_apart(request)
                if path == "/":
                    await self._show(writer)
                elif path != "/favicon.ico":
                    await self._pass(headers, reader, writer)
            finally:
                writer.close()

    async def _show(self, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(self._page)}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + self._page)
        await writer.drain()

    async def _pass(
        self, headers: Mapping[str, str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.openings.append(dict(headers))
        place = self.target.address
        upstream, asking = await asyncio.open_connection(place.host, place.port)
        added = {name.lower(): value for name, value in self.target.headers.items()}
        kept = {name: value for name, value in headers.items() if name not in OWN}
        lines = [f"{name}: {value}" for name, value in {**added, **kept, "host": place.authority}.items()]
        asking.write("\r\n".join([f"GET {place.path} HTTP/1.1", *lines, "", ""]).encode("latin-1"))
        leaving = asyncio.create_task(reader.read())
        leaving.add_done_callback(lambda _: asking.close())
        try:
            while data := await upstream.read(64 * 1024):
                if not await self._passed_on(data, writer):
                    return
        finally:
            leaving.cancel()
            asking.close()

    async def _passed_on(self, data: bytes, writer: asyncio.StreamWriter) -> bool:
        # A heartbeat is a chunk of its own.
        if HEARTBEAT in data.splitlines(keepends=True) and b"data:" not in data:
            self.heartbeats += 1
        elif self._to_cut and b"data:" in data:
            self._to_cut = False
            writer.write(data[: data.index(b"data:") + 9])
            await writer.drain()
            # Until the client has it: a reset throws away what was not read.
            await asyncio.sleep(0.2)
            raw: socket.socket = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            writer.transport.abort()
            return False
        writer.write(data)
        await writer.drain()
        return True


def _taken_apart(request: bytes) -> tuple[str, dict[str, str]]:
    first, *lines = request.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return first.split(" ")[1], {name.lower(): value.strip() for name, _, value in pairs}
