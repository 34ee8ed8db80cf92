"""The rounds a process makes: what was not rung, what is idle, who may not look any more, whether to stream at all,
and whether there is anything to do that nobody was told of.

One round every poll interval, and one query per round and process, never per stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from curaway import log as logs
from curaway import metrics
from curaway.threads import in_hearing
from events import log
from events.access_changes import AccessChanges
from events.chores import Chore
from events.frames import Done
from events.hub import FAULTS, Hub
from events.log import StreamKey
from events.operations.reporting import Reporting
from events.question import Found, Question, ask_together
from events.room import Listener, Room
from events.sealing import keys
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

    def ask_busy(self, keys: Collection[StreamKey]) -> Question:
        """For which of them something is being processed; finds keys."""

    def ask_refused(self, viewers: Sequence[Viewer]) -> Question:
        """Which of them may not see their patient any more; finds `number`, counted from 1."""


class Rounds:
    """Asks, each round, what nobody rang for."""

    def __init__(self, answers: Answers, *, streaming: Callable[[], bool], chores: Sequence[Chore] = ()) -> None:
        self._answers = answers
        self._reporting = Reporting()
        self._access_changes = AccessChanges()
        self._streaming = streaming
        self._chores = chores
        self._access_checked_at = 0.0
        self._checking: set[StreamKey] = set()

    async def make(self, hub: Hub) -> None:
        """Go round for ever; a round that fails is made again, so a broken database only makes it later."""
        while True:
            try:
                async with asyncio.timeout(hub.settings.poll_seconds):
                    await hub.round_due.wait()
            except TimeoutError:
                pass
            hub.round_due.clear()
            try:
                await self.once(hub)
            except FAULTS as fault:
                metrics.ROUNDS_FAILED.inc()
                logger.warning("round_failed", cause=type(fault).__name__)

    async def once(self, hub: Hub) -> None:
        """One round: one query."""
        self._end_disabled(hub)
        known = {key: room.head for key, room in hub.rooms.items()}
        resting = {room.key: room for room in hub.rooms.values() if self._may_rest(hub, room, hub.now())}
        asked = self._to_be_checked(hub)
        viewers = list({listener.viewer for listener in asked})
        orders, changes, refused, grown, busy, *chores = await self._ask(
            hub,
            self._reporting.question(hub),
            self._access_changes.question(),
            self._answers.ask_refused(viewers),
            log.grown(known),
            self._answers.ask_busy(resting),
            *(chore.question() for chore in self._chores),
        )
        self._reporting.obey(hub, orders)
        for tenant_id, patient_id in self._access_changes.new(changes):
            hub.access_has_changed(tenant_id, patient_id)
        self._end_refused(asked, {viewers[found["number"] - 1] for found in refused})
        for found in grown:
            # Something has happened here: whether it rests is for another round to see.
            resting.pop(StreamKey.of(found), None)
            self._look_again(hub, found, known)
        self._end_idle(hub, resting.values(), set(map(StreamKey.of, busy)))
        self._wake(chores)
        self._forget(hub)

    @staticmethod
    def _look_again(hub: Hub, found: Found, known: Mapping[StreamKey, int]) -> None:
        key = StreamKey.of(found)
        room = hub.rooms.get(key)
        if found["position"] > known[key]:
            hub.ring(key)
        elif room is not None and room.head > found["position"]:
            # Positions only grow, except by a restore that nobody has told of.
            logger.warning("log_went_back", patient_id=key.patient_id, position=found["position"])
            hub.let_go(room)

    def _end_disabled(self, hub: Hub) -> None:
        if hub.switched_off or not self._streaming():
            for _, stream in hub.streams():
                stream.end(DISABLED)

    def _to_be_checked(self, hub: Hub) -> list[Listener]:
        """Everybody, every so often; between, those whose access was said to have changed."""
        everybody = hub.now() - self._access_checked_at >= hub.settings.access_seconds
        if everybody:
            self._access_checked_at = hub.now()
        # Taken before the query: a change that is announced while it runs is looked at again.
        self._checking, hub.access_changed = hub.access_changed, set()
        return [listener for room, listener in hub.listeners() if everybody or room.key in self._checking]

    async def _ask(self, hub: Hub, *questions: Question) -> list[list[Found]]:
        try:
            with metrics.ROUND_SECONDS.time():
                return await in_hearing(ask_together, questions)
        except FAULTS:
            hub.access_changed |= self._checking
            self._access_checked_at = 0.0
            raise

    @staticmethod
    def _end_refused(asked: list[Listener], refused: set[Viewer]) -> None:
        for listener in asked:
            if listener.viewer in refused:
                # Whoever was erased while the database could not be asked for long is told of in no other way.
                keys.forget(listener.viewer.key.tenant_id, listener.viewer.key.patient_id)
                listener.end(REVOKED)

    def _end_idle(self, hub: Hub, resting: Iterable[Room], busy: set[StreamKey]) -> None:
        now = hub.now()
        for room in resting:
            was_busy, room.busy = room.busy, room.key in busy
            if room.busy or was_busy:
                room.active_at = max(room.active_at, now)
            elif now - room.active_at >= hub.settings.idle_seconds:
                self._end_caught_up(hub, room)

    def _wake(self, answers: list[list[Found]]) -> None:
        for chore, found in zip(self._chores, answers, strict=True):
            if found:
                chore.wake()

    @staticmethod
    def _forget(hub: Hub) -> None:
        for room in hub.rooms.values():
            if room.recent and hub.now() - room.active_at > FORGET_SECONDS:
                room.forget()

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
