"""FastAPI with sse-starlette, each stream polling a small pool of asynchronous psycopg connections."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bench.children import PEERS_PYTHON
from bench.contenders.poll import POLL_SECONDS, Polling, Writer
from bench.event import STREAMED_AS, frame_data

__all__ = ["SseStarlette", "Writer", "application"]

POOL = 10
READ_SQL = """
SELECT id, event_id, event_type, created_at, correlation_id, payload::text FROM plain_event
WHERE patient_id = %s AND id > %s ORDER BY id
"""


class SseStarlette(Polling):
    name = "sse-starlette"
    about = "FastAPI and sse-starlette, each stream polling a pool of 10 connections every 3 s; no authorisation"
    python = PEERS_PYTHON


class Poll:
    """The pool, and what every stream asks it."""

    def __init__(self) -> None:
        from psycopg_pool import AsyncConnectionPool

        self._pool = AsyncConnectionPool(
            os.environ["DATABASE_URL"], min_size=POOL, max_size=POOL, open=False, kwargs={"autocommit": True}
        )

    @asynccontextmanager
    async def lifespan(self, _: Any) -> AsyncIterator[None]:
        await self._pool.open(wait=True)
        yield
        await self._pool.close()

    async def newest(self) -> int:
        return int((await self._rows("SELECT coalesce(max(id), 0) FROM plain_event"))[0][0])

    async def frames(self, patient_id: str, after: int) -> AsyncIterator[Any]:
        from sse_starlette import ServerSentEvent

        yield ServerSentEvent(event="connected", id=str(after), data="{}")
        while True:
            for row in await self._rows(READ_SQL, patient_id, after):
                after = row[0]
                yield ServerSentEvent(event=STREAMED_AS, id=str(after), data=frame_data(row))
            await asyncio.sleep(POLL_SECONDS)

    async def _rows(self, sql: str, *values: Any) -> list[Any]:
        async with self._pool.connection() as connection:
            return await (await connection.execute(sql, values)).fetchall()


def application() -> Any:
    from fastapi import FastAPI, Request
    from sse_starlette import EventSourceResponse

    poll = Poll()
    app = FastAPI(lifespan=poll.lifespan)

    async def stream(request: Any, patient_id: str) -> Any:
        after = request.headers.get("last-event-id")
        return EventSourceResponse(poll.frames(patient_id, await poll.newest() if after is None else int(after)))

    # By hand: with postponed annotations FastAPI can't see names that are local to this function.
    stream.__annotations__ = {"request": Request, "patient_id": str}
    app.get("/patients/{patient_id}/stream")(stream)
    return app
