"""A small server of server-sent events that keeps the standards, except for the one sin it is told to commit."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from functools import partial
from typing import Any

from bench.conformance.address import Address
from bench.conformance.target import Profile, Target
from tests.bench.small_request import Request, request_of

HEARTBEAT_SECONDS = 0.2
ORIGIN = "http://localhost:5173"
LONGEST_HEAD = 64 * 1024


class SmallServer:
    """A stream at `/stream/<anything>`, each of its own; `sin` is one of the names that the code below asks for."""

    name, about, profile, lanes = "small", "a small server", Profile.SSE, 120

    def __init__(self, sin: str = "") -> None:
        self._sin = sin
        self._told: dict[str, int] = defaultdict(int)
        self._changed = asyncio.Event()

    async def __aenter__(self) -> SmallServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LONGEST_HEAD)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def target(self, lane: int) -> Target:
        path = f"/stream/{lane}"
        return Target(
            name=self.name,
            profile=self.profile,
            address=Address("127.0.0.1", self.port, path, secure=False),
            publish_here=partial(self._publish, path),
            publishes_at_most=1000,
            heartbeat_seconds=HEARTBEAT_SECONDS,
            delivers_within=2,
            origin=ORIGIN,
        )

    async def _publish(self, path: str, count: int) -> None:
        self._told[path] += count
        self._changed.set()
        self._changed = asyncio.Event()

    # One connection

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            try:
                while await self._answer(request_of(await reader.readuntil(b"\r\n\r\n")), reader, writer):
                    pass
            finally:
                writer.close()

    async def _answer(self, request: Request | None, reader: Any, writer: Any) -> bool:
        """Whether the connection may be used again."""
        if request is None or self._is_ambiguous(request):
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return False
        if not request.room.startswith("/stream/"):
            status = "200 OK" if self._sin == "every path is there" else "404 Not Found"
            return _plain(writer, status, b"no such path")
        if request.method != "GET":
            return self._other_method(request, writer)
        if self._is_upset(request):
            return _plain(writer, "500 Internal Server Error", b"ValueError")
        await self._stream(request, reader, writer)
        return False

    def _is_ambiguous(self, request: Request) -> bool:
        hosts = len(request.headers["host"])
        hostless = request.version == "HTTP/1.1" and hosts != 1 and self._sin != "serves without host"
        return hostless or ("content-length" in request.headers and "transfer-encoding" in request.headers)

    def _is_upset(self, request: Request) -> bool:
        after = request.first("last-event-id") or "0"
        return self._sin == "upset by strange ids" and not after.isdigit()

    def _other_method(self, request: Request, writer: Any) -> bool:
        if request.method == "HEAD" and self._sin != "knows no head":
            writer.write(self._head(request, {}))
            if self._sin == "a body after head":
                writer.write(b"6\r\n:body\n\r\n")
            return True
        if request.method == "OPTIONS":
            allowed = {"Allow": "GET, HEAD", **self._cors(request), "Access-Control-Allow-Headers": "last-event-id"}
            lines = "".join(f"{name}: {value}\r\n" for name, value in allowed.items())
            writer.write(f"HTTP/1.1 204 No Content\r\n{lines}\r\n".encode())
            return True
        allow = "" if self._sin == "does not say what is allowed" else "Allow: GET, HEAD\r\n"
        writer.write(f"HTTP/1.1 405 Method Not Allowed\r\n{allow}Content-Length: 0\r\n\r\n".encode())
        return True

    def _cors(self, request: Request) -> dict[str, str]:
        if request.first("origin") != ORIGIN:
            return {}
        vary = {} if self._sin == "one cache for all origins" else {"Vary": "Origin"}
        return {"Access-Control-Allow-Origin": ORIGIN, **vary}

    def _head(self, request: Request, framing: dict[str, str]) -> bytes:
        headers = {
            "Date": "Tue, 01 Jan 2030 00:00:00 GMT",
            "Content-Type": "text/event-stream",
            "Cache-Control": "no-cache, no-transform",
            "X-Accel-Buffering": "no",
            **self._cors(request),
            **framing,
        }
        changes: dict[str, dict[str, str]] = {
            "another type": {"Content-Type": "text/plain"},
            "another charset": {"Content-Type": "text/event-stream; charset=latin-1"},
            "may be cached": {"Cache-Control": "max-age=60, no-transform"},
            "buffered": {"X-Accel-Buffering": "yes"},
            "no date": {"Date": ""},
            "compressed": {"Content-Encoding": "gzip"},
        }
        headers |= changes.get(self._sin, {})
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
        return f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode()

    # The stream

    async def _stream(self, request: Request, reader: asyncio.StreamReader, writer: Any) -> None:
        old = request.version == "HTTP/1.0" and self._sin != "chunks for everybody"
        writer.write(self._head(request, {"Connection": "close"} if old else {"Transfer-Encoding": "chunked"}))
        wire = _whole if old else _chunk
        asked = request.first("last-event-id") or ""
        resumes = asked.isdigit() and self._sin != "does not resume"
        at = min(int(asked[:18]), self._told[request.room]) if resumes else self._told[request.room]
        leaving = asyncio.create_task(reader.read())
        # A client that was cut is one that left.
        leaving.add_done_callback(lambda left: left.cancelled() or left.exception())
        while not leaving.done():
            changed = self._changed
            for number in range(at + 1, self._told[request.room] + 1):
                await self._tell(writer, wire(self._event(number)))
            at = self._told[request.room]
            await writer.drain()
            if not await _within(HEARTBEAT_SECONDS, changed.wait(), leaving) and self._sin != "silent":
                writer.write(wire(self._heartbeat()))
        leaving.cancel()

    async def _tell(self, writer: Any, event: bytes) -> None:
        writer.write(event)

    def _event(self, number: int) -> bytes:
        frame = f'event: note\nid: {number}\ndata: {{"number": {number}}}\n\n'
        changes = {
            "one id for all": frame.replace(f"id: {number}", "id: 7"),
            "line ends mixed": frame.replace("\n", "\r\n", 1),
            "unknown fields": frame.replace("event: note", "event: note\npriority: high"),
            "named error": frame.replace("event: note", "event: error"),
            "no data": frame.replace(f'data: {{"number": {number}}}', "data"),
            "retry in words": frame.replace("event: note", "event: note\nretry: 2s"),
            "bare line separator": frame.replace("number", "num\u2028ber"),
            "held back": frame.removesuffix("\n"),
            "doubled": frame * 2,
        }
        return changes.get(self._sin, frame).encode()

    def _heartbeat(self) -> bytes:
        changes = {"heartbeats are messages": b"data: alive\n\n", "heartbeats with a blank line": b": alive\n\n"}
        return changes.get(self._sin, b":\n")


async def _within(seconds: float, waiting: Any, leaving: asyncio.Task[bytes]) -> bool:
    """Whether one of them came to an end in time."""
    task = asyncio.ensure_future(waiting)
    done, _ = await asyncio.wait({task, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    task.cancel()
    return bool(done)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _whole(data: bytes) -> bytes:
    return data


def _plain(writer: Any, status: str, body: bytes) -> bool:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    return True
