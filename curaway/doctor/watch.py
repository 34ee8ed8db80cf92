"""Watching a stream over HTTP/2 where the way speaks it, as browsers do."""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

import httpx

from curaway.doctor.recording import AT_ONCE_SECONDS, Recording
from events.errors import StreamUnavailable

CONNECT_SECONDS = 10.0
HEAD_SECONDS = 5.0


class Way(NamedTuple):
    """How to ask: what proxies do differs with it."""

    http2: bool
    encodings: str


BROWSER = Way(http2=True, encodings="gzip, deflate, br, zstd")
"""As Chrome does, word for word: what a proxy compresses with depends on it."""

PLAIN = Way(http2=True, encodings="identity")
OLD = Way(http2=False, encodings="identity")
"""A client, or something between it and the proxy, that speaks HTTP/1.1 only."""


class _SinceSent:
    """Seconds since a request was sent: connecting, and getting ready here, holds nothing back."""

    def __init__(self) -> None:
        self._sent = time.monotonic()

    async def trace(self, event: str, _: object) -> None:
        """Told by httpx of each thing it does."""
        if event.endswith(".send_request_headers.complete"):
            self._sent = time.monotonic()

    def __call__(self) -> float:
        return time.monotonic() - self._sent


async def watch(url: str, headers: Mapping[str, str], way: Way, *, seconds: float | None) -> Recording:
    """Open the stream at `url` and note what comes for so long; None: for two heartbeats and a little.

    Never raises: what goes wrong is in the recording.
    """
    headers = {"Accept": "text/event-stream", "Accept-Encoding": way.encodings, **headers}
    recording, since = Recording(encrypted=url.startswith("https:")), _SinceSent()
    client = httpx.AsyncClient(
        http2=way.http2, timeout=httpx.Timeout(CONNECT_SECONDS, read=None), follow_redirects=False
    )
    try:
        async with (
            client,
            asyncio.timeout(_long_enough(recording, seconds)) as limit,
            client.stream("GET", url, headers=headers, extensions={"trace": since.trace}) as answer,
        ):
            await _listen(answer, recording, since, seconds, limit)
    except TimeoutError:
        recording.watched_seconds = since()
        if not recording.status or recording.head_at > AT_ONCE_SECONDS:
            await _ask_for_the_head(url, headers, recording)
        return recording
    except (httpx.HTTPError, OSError, zlib.error, ValueError) as fault:
        recording.fault = type(fault).__name__
    recording.ended_at = recording.watched_seconds = since()
    return recording


async def _ask_for_the_head(url: str, headers: Mapping[str, str], recording: Recording) -> None:
    """A stream's HEAD is answered without opening it: who answers that at once, and holds the stream, buffers."""
    began = time.monotonic()
    try:
        async with httpx.AsyncClient(timeout=HEAD_SECONDS) as client:
            answer = await client.head(url, headers=headers)
    except (httpx.HTTPError, OSError):
        return
    if answer.status_code == 200:
        recording.head_answered_in = time.monotonic() - began
    if not recording.status:
        recording.headers = {name.lower(): value for name, value in answer.headers.items()}


async def _listen(
    answer: httpx.Response,
    recording: Recording,
    since: _SinceSent,
    seconds: float | None,
    limit: asyncio.Timeout,
) -> None:
    recording.head_at = recording.last_byte_at = since()
    recording.status, recording.version = answer.status_code, answer.http_version
    recording.headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.status_code != 200:
        recording.reason = await _reason(answer)
        return
    decode = decoder(recording.headers.get("content-encoding", "identity"))
    recording.readable = decode is not unreadable
    async for piece in answer.aiter_raw():
        recording.last_byte_at = since()
        recording.receive(decode(piece), recording.last_byte_at)
        if seconds is None:
            limit.reschedule(asyncio.get_running_loop().time() + _long_enough(recording, None) - recording.last_byte_at)


async def _reason(answer: httpx.Response) -> str:
    """Of the server's own refusal of a stream; of other people's answers nothing."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return ""
    try:
        refusal = json.loads(await answer.aread())["errors"][0]
        return str(refusal["reason"]) if refusal["code"] == StreamUnavailable.code else ""
    except (ValueError, LookupError, TypeError):
        return ""


def _long_enough(recording: Recording, seconds: float | None) -> float:
    """Since the request was sent."""
    return (recording.connected_at or 0) + 2 * recording.heartbeat_seconds + 3 if seconds is None else seconds


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
