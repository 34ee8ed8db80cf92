"""What the doctor notes of a stream as it watches one, from servers that do what proxies do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

from curaway.doctor.recording import AT_ONCE_SECONDS
from curaway.doctor.watch import BROWSER, OLD, watch

HEAD = b"HTTP/1.1 200 OK\r\nServer: acme\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
CONNECTED = b'event: connected\nid: 0\ndata: {"heartbeat_seconds": 15}\n\n'

Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


async def watched(answer: Answer, *, way=OLD, seconds=0.5):
    """The recording of a server that answers so, told the method and what it was asked with."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).decode()
        await answer(asked, writer)

    server = await asyncio.start_server(serve, "127.0.0.1")
    try:
        return await watch(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", {}, way, seconds=seconds)
    finally:
        server.close()


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


async def test_a_head_that_comes_late_is_compared_with_that_of_head():
    async def hold(asked: str, writer: asyncio.StreamWriter) -> None:
        if asked.startswith("GET"):
            await asyncio.sleep(AT_ONCE_SECONDS + 0.2)
        writer.write(HEAD + (chunk(CONNECTED) if asked.startswith("GET") else b""))

    recording = await watched(hold, seconds=AT_ONCE_SECONDS + 1)
    assert recording.status == 200
    assert recording.head_at > AT_ONCE_SECONDS > recording.head_answered_in
    assert recording.connected_at is not None


async def test_the_servers_reason_for_a_refusal_is_noted_and_nobody_elses():
    async def refuse(said: object, kind: str = "application/json") -> str:
        async def answer(_: str, writer: asyncio.StreamWriter) -> None:
            body = json.dumps(said).encode()
            head = f"HTTP/1.1 503 Busy\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)

        recording = await watched(answer)
        assert recording.status == 503
        return recording.reason

    ours = {"data": None, "errors": [{"code": "SSE_CONNECTION_001", "message": "…", "reason": "capacity"}]}
    assert await refuse(ours) == "capacity"
    assert await refuse(ours, kind="text/html") == ""
    for theirs in ({"errors": [{"code": "EDGE", "reason": "hunter2"}]}, {"errors": {}}, ["busy"], "busy"):
        assert await refuse(theirs) == ""


async def test_it_asks_as_chrome_does():
    told = []

    async def note(asked: str, writer: asyncio.StreamWriter) -> None:
        told.append(asked.lower())
        writer.write(HEAD + chunk(CONNECTED))

    await watched(note, way=BROWSER)
    assert "accept-encoding: gzip, deflate, br, zstd\r\n" in told[0]


async def test_two_heartbeats_are_waited_for_from_the_first_frame_on():
    async def hold(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        await asyncio.sleep(1)
        writer.write(chunk(CONNECTED.replace(b"15", b"0.1")))

    recording = await watched(hold, seconds=None)
    assert recording.watched_seconds > recording.connected_at + 3
