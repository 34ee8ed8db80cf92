"""The rounds a process makes: what was not rung, what is idle, who may not look any more, whether to stream at all.

One round every poll interval, a query per question and process, never per stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Protocol

from curaway import log as logs
from curaway.threads import in_hearing
from events import log
from events.frames import Done
from events.hub import FAULTS, Hub
from events.log import StreamKey
from events.room import Room
from events.stream import Stream
from events.viewers import Viewer

logger = logs.get(__name__)

FORGET_SECONDS = 10
"""How long a room keeps frames that nobody has asked for; whoever comes later reads the log."""

REVOKED = Done("revoked", reconnect=False, retry_ms=0)
DISABLED = Done("disabled", reconnect=False, retry_ms=30_000)
IDLE = Done("idle", reconnect=False, retry_ms=2000)


class Answers(Protocol):
    """What the stream has to ask about patients; answered by a layer that knows them."""

    def busy(self, keys: Collection[StreamKey]) -> set[StreamKey]:
        """Those for whom something is being processed."""

    def refused(self, viewers: Collection[Viewer]) -> set[Viewer]:
        """Those who may not see their patient any more."""


class Rounds:
    """Asks, each round, what nobody rang for."""

    def __init__(self, answers: Answers, *, streaming: Callable[[], bool]) -> None:
        self._answers = answers
        self._streaming = streaming
        self._access_checked_at = 0.0

    async def make(self, hub: Hub) -> None:
        """Go round for ever; a round that fails is made again, so a broken database only makes it later."""
        while True:
            try:
                async with asyncio.timeout(hub.settings.poll_seconds):
                    await hub.round_due.wait()
            except TimeoutError:
                pass
            hub.round_due.clear()
            if not hub.rooms:
                continue
            try:
                await self.once(hub)
            except FAULTS as fault:
                logger.warning("round_failed", cause=type(fault).__name__)

    async def once(self, hub: Hub) -> None:
        """One round."""
        if not self._streaming():
            for _, stream in hub.streams():
                stream.end(DISABLED)
        # First, because it must not wait for the others.
        await self._end_refused(hub)
        known = {key: room.head for key, room in hub.rooms.items()}
        for key in await in_hearing(log.grown, known):
            hub.ring(key)
        await self._end_idle(hub)
        for room in hub.rooms.values():
            if room.recent and hub.now() - room.active_at > FORGET_SECONDS:
                room.forget()

    async def _end_refused(self, hub: Hub) -> None:
        # Taken before the query: a change that is announced while it runs is looked at again.
        keys, hub.access_changed = hub.access_changed, set()
        everybody = hub.now() - self._access_checked_at >= hub.settings.access_seconds
        asked = [stream for room, stream in hub.streams() if everybody or room.key in keys]
        try:
            refused = await in_hearing(self._answers.refused, {stream.viewer for stream in asked}) if asked else set()
        except FAULTS:
            hub.access_changed |= keys
            raise
        if everybody:
            self._access_checked_at = hub.now()
        for stream in asked:
            if stream.viewer in refused:
                stream.end(REVOKED)

    async def _end_idle(self, hub: Hub) -> None:
        now = hub.now()
        resting = [room for room in hub.rooms.values() if self._may_rest(hub, room, now)]
        if not resting:
            return
        busy = await in_hearing(self._answers.busy, {room.key for room in resting})
        for room in resting:
            was_busy, room.busy = room.busy, room.key in busy
            if room.busy or was_busy:
                room.active_at = max(room.active_at, now)
            elif now - room.active_at >= hub.settings.idle_seconds:
                self._end_caught_up(hub, room)

    @staticmethod
    def _may_rest(hub: Hub, room: Room, now: float) -> bool:
        """Whether it has to be asked if something is being processed for this room's patient."""
        waits = any(isinstance(listener, Stream) and not listener.follow for listener in room.listeners)
        return waits and (room.busy or now - room.active_at >= hub.settings.idle_seconds)

    @staticmethod
    def _end_caught_up(hub: Hub, room: Room) -> None:
        opened_before = hub.now() - hub.settings.idle_seconds
        for listener in list(room.listeners):
            if not isinstance(listener, Stream) or listener.follow or listener.opened_at > opened_before:
                continue
            if listener.cursor >= room.head:
                listener.end(IDLE)
