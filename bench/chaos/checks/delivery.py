"""Every committed streamed event reached every authorised viewer exactly once per cursor, in order, unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from bench.chaos.checks.likeness import is_told
from bench.chaos.checks.table import Event, Table
from bench.chaos.checks.violation import Violation
from bench.chaos.checks.vocabulary import STREAMED_AS
from bench.chaos.viewer import Viewer

Heard = dict[str, Any]


def check_delivery(viewers: Iterable[Viewer], heard: Iterable[Heard], table: Table) -> Iterator[Violation]:
    """What went wrong on the way to those who may listen; `heard` is what all viewers noted."""
    streams = _streams(table)
    by_viewer: dict[str, list[Heard]] = {}
    for one in heard:
        by_viewer.setdefault(one["viewer"], []).append(one)
    for viewer in viewers:
        if viewer.allowed:
            stream = streams.get((viewer.tenant, viewer.patient), {})
            yield from _Cursor(viewer, stream).follow(by_viewer.get(viewer.name, []))


def _streams(table: Table) -> dict[tuple[str, str], dict[int, Event]]:
    """Patient → position → event."""
    placed = sorted(
        (event for event in table.events if event.position is not None and event.patient is not None),
        key=lambda event: (event.tenant, event.patient),
    )
    grouped = groupby(placed, key=lambda event: (event.tenant, str(event.patient)))
    return {key: {event.position: event for event in events} for key, events in grouped}  # type: ignore[misc]


class _Cursor:
    """Goes through one viewer's transcript and expects what the table says."""

    def __init__(self, viewer: Viewer, stream: dict[int, Event]) -> None:
        self._viewer = viewer
        self._stream = stream
        self._at = viewer.since
        self._taken: set[int] = set()

    def follow(self, transcript: Iterable[Heard]) -> Iterator[Violation]:
        takes = {
            "asked": self._asked,
            "connected": self._connected,
            "event": self._event,
            "page": self._page,
            "done": self._done,
        }
        for one in transcript:
            if one["said"] in takes:
                yield from takes[one["said"]](one)
        yield from self._end()

    def _asked(self, one: Heard) -> Iterator[Violation]:
        if one["after"] != self._at:
            yield self._violation("a client goes on from its cursor", f"asked after {one['after']}, was at {self._at}")

    def _connected(self, one: Heard) -> Iterator[Violation]:
        if self._at is None:
            self._at = one["position"]
            if one["head"] != one["position"]:
                yield self._violation("without a cursor a stream starts at now", f"{one['position']} of {one['head']}")
        elif not one["resumed"] or one["reset"] or one["position"] != self._at:
            yield self._violation("a cursor is honoured", f"asked after {self._at}, connected at {one['position']}")
            self._at = one["position"]

    def _event(self, one: Heard) -> Iterator[Violation]:
        position, expected = one["position"], self._next()
        if position in self._taken:
            yield self._violation("nothing comes twice", f"position {position} again")
        elif position <= (self._at or 0):
            yield self._violation("events come in order", f"position {position} after {self._at}")
        elif position != expected:
            yield self._violation("nothing is lost", f"position {position} came where {expected} was due")
        yield from self._content(one)
        self._taken.add(position)
        self._at = position

    def _content(self, one: Heard) -> Iterator[Violation]:
        event = self._stream.get(one["position"])
        told = (one["event"], one["type"], one["correlation"])
        if event is None:
            yield self._violation("only what was committed is told", f"position {one['position']} is not in the log")
        elif told != (event.id, event.type, event.correlation) or not is_told(event.payload, one["payload"]):
            yield self._violation("an event is told as it was recorded", f"position {one['position']}")
        elif self._viewer.how == "stream" and (one["name"], one["id"]) != (_name(event), str(event.position)):
            yield self._violation("a frame is named and numbered after its event", f"position {one['position']}")

    def _page(self, one: Heard) -> Iterator[Violation]:
        if one["position"] != self._at:
            yield self._violation("a page says where to go on", f"{one['position']}, was at {self._at}")

    def _done(self, one: Heard) -> Iterator[Violation]:
        if one["position"] != self._at:
            yield self._violation("the last frame says where to go on", f"{one['position']}, was at {self._at}")

    def _end(self) -> Iterator[Violation]:
        if self._at is None:
            yield self._violation("everybody who may listen is let in", "never connected")
        elif (due := self._next()) is not None:
            missing = sum(1 for position in self._stream if position >= due and self._wanted(position))
            yield self._violation("nothing is lost", f"{missing} events from position {due} on never came")

    def _next(self) -> int | None:
        """The next position that this viewer is owed; None when there is none."""
        after = self._at or 0
        if not self._viewer.types:
            return after + 1 if after + 1 in self._stream else None
        return min((position for position in self._stream if position > after and self._wanted(position)), default=None)

    def _wanted(self, position: int) -> bool:
        return not self._viewer.types or STREAMED_AS.get(self._stream[position].type) in self._viewer.types

    def _violation(self, rule: str, what: str) -> Violation:
        return Violation(rule, f"{self._viewer.name}: {what}")


def _name(event: Event) -> str:
    return STREAMED_AS.get(event.type, event.type)
