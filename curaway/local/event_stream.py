"""A client of a patient's event stream that misses nothing: it resumes where it was cut."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import httpx

from curaway.local.errors import LocalError

_ATTEMPTS: Final = 8
_SILENCE_SECONDS: Final = 45.0


class StreamRefused(LocalError):
    """The stream could not be opened: {status} {code}"""


class StreamLost(LocalError):
    """The stream was cut, and could not be opened again in {attempts} attempts ({cause})."""


@dataclass(frozen=True)
class Frame:
    """One event of the stream; a heartbeat has no name."""

    event: str
    id: str | None
    data: dict[str, Any]


HEARTBEAT = Frame("", None, {})


class EventStream:
    """The stream at `path` of the client's server."""

    def __init__(self, client: httpx.AsyncClient, path: str) -> None:
        self._client = client
        self._path = path
        self._last_id: str | None = None
        self._failures = 0

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Every frame, over as many connections as it takes, up to a `done` that is not to be resumed.

        Raises `StreamRefused`, or `StreamLost` after eight failures in a row.
        """
        while True:
            pause = 1.0
            try:
                async with aclosing(self._connection()) as connection:
                    async for frame in connection:
                        yield frame
                        if frame.event == "done" and not frame.data["reconnect"]:
                            return
                        pause = frame.data.get("retry_ms", 1000) / 1000
            except (httpx.TransportError, _NotNow) as cut:
                pause = self._failed(cut)
            await asyncio.sleep(pause)

    async def _connection(self) -> AsyncGenerator[Frame, None]:
        headers = {} if self._last_id is None else {"Last-Event-ID": self._last_id}
        timeout = httpx.Timeout(10, read=_SILENCE_SECONDS)
        async with self._client.stream("GET", self._path, headers=headers, timeout=timeout) as response:
            if response.status_code != 200:
                await response.aread()
                raise _refusal(response)
            async for frame in _frames(response):
                self._failures = 0
                self._last_id = frame.id or self._last_id
                yield frame

    def _failed(self, cut: Exception) -> float:
        self._failures += 1
        if self._failures >= _ATTEMPTS:
            raise StreamLost(attempts=_ATTEMPTS, cause=type(cut).__name__.lstrip("_")) from cut
        return min(8.0, 0.5 * 2.0**self._failures)


class _NotNow(Exception):
    pass


def _refusal(response: httpx.Response) -> Exception:
    if response.status_code >= 500:
        return _NotNow()
    return StreamRefused(status=response.status_code, code=refusal_in(response))


def refusal_in(response: httpx.Response) -> str:
    """The code and the sentence of a refused request."""
    try:
        error = response.json()["errors"][0]
    except (ValueError, LookupError, TypeError):
        return "(no envelope)"
    return f"{error['code']}: {error['message']}"


async def _frames(response: httpx.Response) -> AsyncIterator[Frame]:
    fields: dict[str, str] = {}
    async for line in _lines(response):
        if line == ":":
            yield HEARTBEAT
        elif line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif fields:
            yield Frame(fields["event"], fields.get("id"), json.loads(fields["data"]))
            fields = {}


async def _lines(response: httpx.Response) -> AsyncIterator[str]:
    # Not httpx's own lines: those also end at characters that a patient's text may contain.
    rest = b""
    async for received in response.aiter_raw():
        *lines, rest = (rest + received).split(b"\n")
        for line in lines:
            yield line.decode()
