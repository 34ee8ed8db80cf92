"""Watching a stream over HTTP/2 where the way speaks it, as browsers do."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

import httpx

from curaway.doctor.recording import Recording

CONNECT_SECONDS = 10.0
HEAD_SECONDS = 5.0


class Way(NamedTuple):
    """How to ask: what proxies do differs with it."""

    http2: bool
    encodings: str


BROWSER = Way(http2=True, encodings="gzip, deflate, br")
PLAIN = Way(http2=True, encodings="identity")
OLD = Way(http2=False, encodings="identity")
"""A client, or something between it and the proxy, that speaks HTTP/1.1 only."""


async def watch(url: str, headers: Mapping[str, str], way: Way, *, seconds: float | None) -> Recording:
    """Open the stream at `url` and note what comes for so long; None: for two heartbeats and a little.

    Never raises: what goes wrong is in the recording.
    """
    headers = {"Accept": "text/event-stream", "Accept-Encoding": way.encodings, **headers}
    recording, began = Recording(encrypted=url.startswith("https:")), time.monotonic()
    client = httpx.AsyncClient(
        http2=way.http2, timeout=httpx.Timeout(CONNECT_SECONDS, read=None), follow_redirects=False
    )
    try:
        async with (
            client,
            asyncio.timeout(_long_enough(recording, seconds)) as limit,
            client.stream("GET", url, headers=headers) as answer,
        ):
            await _listen(answer, recording, began, seconds, limit)
    except TimeoutError:
        recording.watched_seconds = time.monotonic() - began
        if not recording.status:
            await _ask_for_the_head(url, headers, recording)
        return recording
    except (httpx.HTTPError, OSError, zlib.error, ValueError) as fault:
        recording.fault = type(fault).__name__
    recording.ended_at = recording.watched_seconds = time.monotonic() - began
    return recording


async def _ask_for_the_head(url: str, headers: Mapping[str, str], recording: Recording) -> None:
    """A stream's HEAD is answered without opening it: who answers that, and holds the stream, buffers."""
    try:
        async with httpx.AsyncClient(timeout=HEAD_SECONDS) as client:
            answer = await client.head(url, headers=headers)
    except (httpx.HTTPError, OSError):
        return
    recording.answers_head = answer.status_code == 200
    recording.headers = {name.lower(): value for name, value in answer.headers.items()}


async def _listen(
    answer: httpx.Response, recording: Recording, began: float, seconds: float | None, limit: asyncio.Timeout
) -> None:
    recording.head_at = recording.last_byte_at = time.monotonic() - began
    recording.status, recording.version = answer.status_code, answer.http_version
    recording.headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.status_code != 200:
        return
    decode = decoder(recording.headers.get("content-encoding", "identity"))
    recording.readable = decode is not unreadable
    async for piece in answer.aiter_raw():
        recording.last_byte_at = time.monotonic() - began
        recording.receive(decode(piece), recording.last_byte_at)
        if seconds is None:
            limit.reschedule(asyncio.get_running_loop().time() + _long_enough(recording, None) - recording.last_byte_at)


def _long_enough(recording: Recording, seconds: float | None) -> float:
    return 2 * recording.heartbeat_seconds + 3 if seconds is None else seconds


def decoder(encoding: str) -> Callable[[bytes], bytes]:
    """What makes plain text of a body that comes in pieces; of encodings nobody here can read, nothing."""
    if encoding.lower() in ("", "identity"):
        return bytes
    if encoding.lower() in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress
    return unreadable


def unreadable(piece: bytes) -> bytes:
    """Nothing: how to read it is not known here."""
    return b""
