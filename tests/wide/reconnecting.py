"""A stream's client that keeps coming back, as the portal's does: by position, when it was told to, or after a wait."""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

BACKOFF_SECONDS = 2.0
"""The longest first wait after a connection that failed; doubled with each failure in a row."""


@dataclass
class Return:
    """One time it came back: what ended the connection, how long it was told to wait, when it was connected again."""

    reason: str
    told_ms: int | None
    left_at: float
    back_at: float = 0.0


@dataclass
class Reconnecting:
    """Follows one patient from the beginning; `heard` holds every position, in order of arrival."""

    url: str
    patient_id: str
    headers: dict[str, str]
    draw: random.Random
    heard: list[int] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    connected: bool = False
    refused: int = 0

    async def run(self) -> None:
        """Until cancelled."""
        failures = 0
        while True:
            wait = await self._connection()
            failures = 0 if wait is not None else failures + 1
            limit = BACKOFF_SECONDS * 2 ** min(failures - 1, 3)
            await asyncio.sleep(wait if wait is not None else self.draw.random() * limit)

    async def _connection(self) -> float | None:
        """One connection; returns the seconds it was told to wait, None when it failed."""
        writer: asyncio.StreamWriter | None = None
        reason, told = "cut", None
        try:
            reader, writer = await self._open()
            if not await self._accepted(reader):
                return None
            self._is_back()
            reason, told = await self._listen(reader)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            if writer is not None:
                writer.close()
            if self.connected:
                self.returns.append(Return(reason, told, time.monotonic()))
            self.connected = False
        return None if told is None else told / 1000

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        where = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        after = self.heard[-1] if self.heard else 0
        lines = [
            f"GET /api/v1/patients/{self.patient_id}/events/stream?follow=true HTTP/1.1",
            f"Host: {where.netloc}",
            f"Last-Event-ID: {after}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        await writer.drain()
        return reader, writer

    async def _accepted(self, reader: asyncio.StreamReader) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 200 "):
            return True
        self.refused += 1
        return False

    def _is_back(self) -> None:
        if self.returns:
            self.returns[-1].back_at = time.monotonic()
        self.connected = True

    async def _listen(self, reader: asyncio.StreamReader) -> tuple[str, int | None]:
        body = b""
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
            *frames, body = body.split(b"\n\n")
            for frame in frames:
                event, data = _parsed(frame)
                if event == "done":
                    return data["reason"], data["retry_ms"] if data["reconnect"] else None
                if event != "connected":
                    self._take(data)
        return "ended", None

    def _take(self, data: dict[str, Any]) -> None:
        self.heard.append(data["position"])
        occurred = datetime.fromisoformat(data["occurred_at"])
        self.latencies.append((datetime.now(UTC) - occurred).total_seconds())


def _parsed(frame: bytes) -> tuple[str, dict[str, Any]]:
    fields = dict(line.split(": ", 1) for line in frame.decode().split("\n") if line and not line.startswith(":"))
    return fields["event"], json.loads(fields["data"])
