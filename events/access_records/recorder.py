"""What opens and ends in this process, kept in memory for a moment and written together.

An idle stream costs no statement, and opening one waits for none. What a process has not written when it is killed,
at most the last second, is lost with it; every end that it did not write is noted by a sweep.
"""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime

import psycopg
from django.db import Error as DatabaseFault

from curaway import log as logs
from curaway.threads import in_worker
from events.access_records import rows
from events.access_records.rows import Ended, Opened
from events.viewers import Viewer

logger = logs.get(__name__)

GATHER_SECONDS = 1.0
"""How long openings and ends are gathered before they are written together."""

CLOSING_SECONDS = 5.0
AT_ONCE = 1000
FAULTS = (DatabaseFault, psycopg.Error, OSError)


class Recorder:
    """The access records of one process. Everything but the writing runs on the event loop."""

    def __init__(self, *, process: uuid.UUID, process_name: str) -> None:
        """`process`: the id under which the process tells of itself; see `events.operations.server_process`."""
        self._process = (process, process_name)
        self._opened: dict[uuid.UUID, Opened] = {}
        self._ended: dict[uuid.UUID, Ended] = {}
        self._work = asyncio.Event()

    def opened(self, viewer: Viewer, *, position: int, correlation_id: str) -> uuid.UUID:
        """A stream was opened that goes on from `position`; returns its record's id."""
        record = uuid.uuid4()
        who = (*viewer.key, viewer.subject, viewer.role, correlation_id)
        self._opened[record] = Opened(record, *who, *self._process, position, datetime.now(UTC))
        self._work.set()
        return record

    def ended(self, record: uuid.UUID, viewer: Viewer, *, position: int, reason: str) -> None:
        """It ended, after it had sent everything up to `position`."""
        self._ended[record] = Ended(record, viewer.key.tenant_id, position, datetime.now(UTC), reason)
        self._work.set()

    async def write_forever(self) -> None:
        """Until cancelled; call `write` then, for what is left."""
        while True:
            await self._work.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._work.clear()
            try:
                await self.write()
            except FAULTS as fault:
                # Kept: there are no more of them than streams, as none is opened without the database.
                logger.warning("access_not_recorded", cause=type(fault).__name__)
                self._work.set()

    async def close(self) -> None:
        """Write what is left, when nothing more is to come; a sweep notes what can't be written any more."""
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await self.write()
        except (*FAULTS, TimeoutError) as fault:
            logger.warning("access_not_recorded", cause=type(fault).__name__)

    async def write(self) -> None:
        """Write what has been gathered; what was not written is kept."""
        while self._opened or self._ended:
            opened = list(self._opened.values())[:AT_ONCE]
            # An end is written with its opening or after it: it completes that row.
            later = self._opened.keys() - {one.id for one in opened}
            ended = [one for one in self._ended.values() if one.id not in later][:AT_ONCE]
            await in_worker(rows.write, opened, ended)
            for begun in opened:
                del self._opened[begun.id]
            for over in ended:
                del self._ended[over.id]
