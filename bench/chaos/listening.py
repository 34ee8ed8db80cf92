"""One viewer's connections, one after the other: it goes on from its cursor, and notes everything it hears."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from typing import Any

import httpx

from bench.chaos.digest import digests
from bench.chaos.marks import marks_in
from bench.chaos.notes import Notebook
from bench.chaos.sse import Frame, Parser
from bench.chaos.state import noted
from bench.chaos.tokens import MOST_SHIFT, Issuer
from bench.chaos.viewer import Viewer

WATCHDOG_SECONDS = 20.0
"""Silence after which a connection counts as dead: heartbeats come more often."""

POLL_WAIT_SECONDS = 5
LONGEST_PAUSE = 2.0
OUTSIDER_PAUSE = 3.0


class Listening:
    """Listens until cancelled."""

    def __init__(self, viewer: Viewer, http: httpx.AsyncClient, issuer: Issuer, notes: Notebook, seed: str) -> None:
        self._viewer = viewer
        self._http = http
        self._issuer = issuer
        self._notes = notes
        self._draw = random.Random(f"{seed}/{viewer.name}")
        self._cursor = viewer.since

    async def run(self) -> None:
        connect: Callable[[], Any] = self._poll if self._viewer.how == "poll" else self._stream
        while True:
            pause = self._draw.uniform(0.05, 0.6)
            try:
                pause = max(pause, await connect())
            except (httpx.HTTPError, ConnectionError) as broken:
                self._note("broken", why=type(broken).__name__)
            await asyncio.sleep(pause if self._viewer.allowed else OUTSIDER_PAUSE)

    async def _stream(self) -> float:
        headers, query = self._asked()
        path = f"/api/v1/patients/{self._viewer.patient}/events/stream"
        self._note("asked", after=self._cursor)
        async with self._http.stream("GET", path, headers=headers, params=query) as answer:
            if answer.status_code != 200:
                return self._refused(answer)
            parser = Parser()
            async for piece in answer.aiter_raw():
                for frame in parser.feed(piece):
                    if frame.name == "done":
                        return self._done(json.loads(frame.data))
                    self._heard(frame)
        self._note("broken", why="EndWithoutDone")
        return 0.0

    async def _poll(self) -> float:
        headers, _ = self._asked()
        query = {"after": self._cursor or 0, "wait": POLL_WAIT_SECONDS, "limit": self._draw.choice([3, 20, 100])}
        self._note("asked", after=self._cursor)
        path = f"/api/v1/patients/{self._viewer.patient}/events"
        answer = await self._http.get(path, headers=headers, params=query)
        if answer.status_code != 200:
            return self._refused(answer)
        page = answer.json()["data"]
        for event in page["events"]:
            self._event("", str(event["position"]), event)
        self._note("page", position=page["position"])
        return 0.0

    def _asked(self) -> tuple[dict[str, str], dict[str, str]]:
        shift = self._draw.uniform(-MOST_SHIFT, MOST_SHIFT)
        headers = self._issuer.headers(self._viewer.person, shift=shift)
        query = {"follow": "true"} if self._viewer.follow else {}
        if self._viewer.types:
            query["types"] = ",".join(self._viewer.types)
        if self._cursor is not None and self._viewer.in_query:
            query["after"] = str(self._cursor)
        elif self._cursor is not None:
            headers["Last-Event-ID"] = str(self._cursor)
        return headers, query

    def _heard(self, frame: Frame) -> None:
        told = json.loads(frame.data)
        if frame.name == "connected":
            facts = {name: told.get(name) for name in ("patient_id", "position", "head", "resumed", "reset")}
            self._note("connected", id=frame.id, **facts, **noted(told["state"]))
            self._cursor = told["position"]
        else:
            self._event(frame.name, frame.id, told)

    def _event(self, name: str, frame_id: str, told: dict[str, Any]) -> None:
        self._note(
            "event",
            name=name,
            id=frame_id,
            position=told["position"],
            event=told["event_id"],
            type=told["event_type"],
            correlation=told["correlation_id"],
            payload=digests(told["payload"]),
            marks=marks_in(told["payload"]),
        )
        self._cursor = told["position"]

    def _done(self, told: dict[str, Any]) -> float:
        self._note("done", reason=told["reason"], position=told["position"])
        return min(LONGEST_PAUSE, told["retry_ms"] / 1000)

    def _refused(self, answer: httpx.Response) -> float:
        self._note("refused", status=answer.status_code)
        asked = answer.headers.get("retry-after", "")
        return min(LONGEST_PAUSE, float(asked)) if asked.isdigit() else 0.5

    def _note(self, said: str, **facts: Any) -> None:
        self._notes.note(viewer=self._viewer.name, said=said, **facts)
