"""One stream's life: connected, what was missed, what comes, done."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from curaway import context, door, envelope
from curaway.bounds import Receive
from events.errors import StreamUnavailable
from events.frames import HEARTBEAT, Done, Frame, chunks, connected_frame, done_frame, instant
from events.operations import figures
from events.viewers import Viewer

if TYPE_CHECKING:
    from events.hub import Hub

Report = Callable[..., None]
"""Tells analytics of a stream's life: `report("sse_connected", tenant_id=…, …)`."""

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
    "Content-Encoding": "identity",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a stream begins: `position` it goes on from, `head` that `state` was read at, in one snapshot."""

    position: int
    head: int
    resumed: bool
    reset: str | None
    state: dict[str, Any]
    epoch: str | None = None
    """The life of the log that the positions belong to."""


def start_from(
    resume: str | None,
    *,
    head: int,
    state: dict[str, Any],
    epoch: str | None = None,
    known_epoch: str | None = None,
    certain: int | None = None,
) -> Start:
    """Honour a resume position, or say by `reset` why it can't be: never an error and never silent.

    `known_epoch` is the one that the position was heard in, where the client says so. Where it does not, positions
    beyond `certain` may name other events than it heard; None: they can't.
    """
    at_now = Start(position=head, head=head, resumed=False, reset=None, state=state, epoch=epoch)
    if resume is None:
        return at_now
    if not (resume.isascii() and resume.isdigit()):
        return replace(at_now, reset="malformed")
    # Longer than any position: not worth turning into a number, which Python refuses above 4,300 digits.
    honoured_to = head if certain is None or known_epoch is not None else certain
    if len(resume) > 19 or int(resume) > honoured_to or known_epoch not in (None, epoch):
        return replace(at_now, reset="ahead")
    return replace(at_now, position=int(resume), resumed=True)


class Stream:
    """An open stream: a cursor into its patient's log, and how it ends. Holds no thread and no connection."""

    __slots__ = (
        "_awake",
        "_cut",
        "_deadline",
        "_done",
        "_events",
        "_gone",
        "_hub",
        "_opening",
        "_page",
        "_record",
        "_report",
        "_room",
        "_send",
        "_sleeper",
        "_start",
        "_task",
        "_types",
        "_writing",
        "cursor",
        "due",
        "follow",
        "listening",
        "number",
        "opened_at",
        "sent",
        "viewer",
    )

    def __init__(
        self,
        hub: Hub,
        viewer: Viewer,
        start: Start,
        *,
        follow: bool,
        types: frozenset[str] | None,
        report: Report,
    ) -> None:
        self.viewer = viewer
        self.follow = follow
        self.cursor = start.position
        self.sent = start.position
        """The id of the last frame sent: behind `cursor` when `types` holds frames back."""
        self.listening = False
        self.number = 0
        """What this process calls it by, once it has joined; never given twice."""
        self._hub = hub
        self._start: Start | None = start
        self._types = types
        self._report = report
        self._page: tuple[int, Sequence[Frame]] | None = None
        # A flag and a future, and one clock for all streams: an event and a timer each would be a sixth of what an
        # idle stream holds, and a third of what it takes to tell it something.
        self._awake = False
        self._sleeper: asyncio.Future[None] | None = None
        self._writing = False
        self._cut = False
        self._done: Done | None = None
        self._gone = False
        self._events = 0
        self.opened_at = time.monotonic()
        self._deadline = self.opened_at + hub.settings.lifetime_seconds * (0.8 + 0.2 * hub.draw())
        self.due = math.inf
        """When the hub shall say that it is late, by the monotonic clock."""

    @property
    def known_head(self) -> int:
        return self._start.head if self._start else self.cursor

    @property
    def epoch(self) -> str | None:
        """The log's when this stream's start was read; None once it is under way."""
        return self._start.epoch if self._start else None

    # Told by the hub

    def wake(self) -> None:
        self._awake = True
        if self._sleeper is not None and not self._sleeper.done():
            self._sleeper.set_result(None)

    def be_late(self) -> None:
        """What this stream was waiting for has not come by `due`: it is time for a heartbeat, or for the end; or the
        client takes nothing."""
        self.wake()
        if self._writing:
            self._cut_short()

    def receive_page(self, after: int, frames: Sequence[Frame]) -> None:
        """What the log holds after a position that was this stream's cursor."""
        self._page = (after, frames)
        self.wake()

    def end(self, done: Done) -> None:
        """End the stream; the first reason stands. What a slow client has not taken yet is not sent any more."""
        self._done = self._done or done
        self.wake()
        if self._writing:
            self._cut_short()

    def _cut_short(self) -> None:
        if not self._cut:
            self._cut = True
            self._task.cancel()

    # Life

    async def live(self, opening: door.Opening, receive: Receive, send: door.Send) -> None:
        """The continuation of the request that opened the stream."""
        context.begin(opening.context)
        try:
            room = self._hub.admit(self, asked_at=opening.context.began_at)
        except StreamUnavailable as refused:
            figures.refused(refused.reason)
            await door.send_json(send, opening, refused.status, envelope.refusal(refused), refused.headers())
            return
        self._room, self._send, self.listening = room, send, True
        correlation_id = opening.context.correlation_id
        self._record = self._hub.recorder.opened(self.viewer, position=self.sent, correlation_id=correlation_id)
        self._task = cast("asyncio.Task[None]", asyncio.current_task())
        # Let go of when it has been sent, like the state: thousands of idle streams need not hold their headers.
        self._opening = opening
        del opening
        leaving = asyncio.create_task(self._watch(receive))
        reason = "error"
        try:
            reason = await self._speak()
        finally:
            self.listening = False
            leaving.cancel()
            self._hub.leave(self, room)
            self._hub.recorder.ended(self._record, self.viewer, position=self.sent, reason=reason)
            self._tell_end(reason)

    async def _watch(self, receive: Receive) -> None:
        await door.gone(receive)
        self._gone = True
        self.wake()

    async def _speak(self) -> str:
        """Say everything there is to say; returns why it ended."""
        status, headers, _ = self._opening
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        del self._opening, headers
        try:
            await self._write(self._connected())
            await self._tell()
        except _Stalled:
            self.end(Done("lagging", reconnect=True, retry_ms=self._hub.settings.retry_ms))
        if self._done is None or self._gone:
            return "client"
        try:
            # A client that reads again within the time it may stall hears why; else the connection is cut.
            await self._write(done_frame(self._done, position=self.sent))
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        except _Stalled:
            pass
        return self._done.reason

    def _connected(self) -> bytes:
        start = self._start
        if start is None:
            raise RuntimeError("a stream is opened once")
        # The state is written once; thousands of idle streams need not hold it.
        self._start = None
        expires_at = datetime.now(UTC) + timedelta(seconds=self._deadline - time.monotonic())
        heartbeat = self._hub.settings.heartbeat_seconds
        facts = {
            "patient_id": self.viewer.key.patient_id,
            "position": start.position,
            "head": start.head,
            "resumed": start.resumed,
            **({} if start.reset is None else {"reset": start.reset}),
            **({} if start.epoch is None else {"epoch": start.epoch}),
            "heartbeat_seconds": int(heartbeat) if heartbeat == int(heartbeat) else heartbeat,
            "expires_at": instant(expires_at),
            "state": start.state,
        }
        name = "sse_reconnected" if start.resumed or start.reset else "sse_connected"
        self._report(name, tenant_id=self.viewer.key.tenant_id, resumed=start.resumed, reset=start.reset)
        figures.opened(resumed=start.resumed, reset=start.reset)
        return connected_frame(facts, retry_ms=self._hub.settings.retry_ms)

    async def _tell(self) -> None:
        while self._done is None and not self._gone:
            # Cleared before looking: a wake-up between the look and the rest must not be slept through.
            self._awake = False
            frames = self._next()
            if frames:
                await self._pass_on(frames)
            else:
                await self._rest()

    def _next(self) -> Sequence[Frame] | None:
        """The frames after the cursor; None while the log is being read for them."""
        if self._page is not None:
            (after, frames), self._page = self._page, None
            # Asked for twice, a page may come twice: what does not follow the cursor was sent already.
            if after == self.cursor:
                return frames
        recent = self._room.after(self.cursor)
        if recent is None:
            self._hub.fell_behind(self)
        return recent

    async def _pass_on(self, frames: Sequence[Frame]) -> None:
        wanted = frames if self._types is None else [frame for frame in frames if frame.name in self._types]
        for piece, position in chunks(wanted):
            await self._write(piece)
            self.cursor = self.sent = position
            if self._done is not None or self._gone:
                return
        self._events += len(wanted)
        self.cursor = frames[-1].position
        if self.cursor < self._room.head:
            # A long backlog and a fast client must not keep the event loop to themselves.
            await asyncio.sleep(0)

    async def _rest(self) -> None:
        """Until woken; a heartbeat or the end instead, when it is time."""
        now = time.monotonic()
        if now < self.due:
            if not self._awake:
                self._sleeper = asyncio.get_running_loop().create_future()
                await self._sleeper
        elif now >= self._deadline - self._hub.settings.clock_seconds:
            self.end(Done("timeout", reconnect=True, retry_ms=round(1000 * self._hub.draw())))
        else:
            await self._write(HEARTBEAT)

    async def _write(self, piece: bytes) -> None:
        """Hand bytes to the connection; raises `_Stalled` when it takes none for too long, or at the end."""
        settings = self._hub.settings
        self.due = time.monotonic() + settings.stall_seconds
        self._writing = True
        try:
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        except asyncio.CancelledError:
            # Ours, unless somebody else cancels as well.
            if not self._cut or self._task.uncancel():
                raise
            raise _Stalled from None
        finally:
            self._writing = self._cut = False
        # Early by as much as the clock may come late.
        self.due = min(time.monotonic() + settings.heartbeat_seconds, self._deadline) - settings.clock_seconds

    def _tell_end(self, reason: str) -> None:
        figures.ended(reason)
        self._report(
            "sse_disconnected",
            tenant_id=self.viewer.key.tenant_id,
            reason=reason,
            duration_seconds=round(time.monotonic() - self.opened_at, 3),
            events=self._events,
        )


class _Stalled(Exception):
    """The client reads nothing, or what waits for it shall not be sent any more."""
