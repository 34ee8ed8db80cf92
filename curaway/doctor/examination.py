"""The whole examination, in the order in which a person would mend things."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import psycopg
from django.db import Error

from curaway.doctor.bell import wakeups
from curaway.doctor.clocks import database_clock, server_clocks
from curaway.doctor.database import database
from curaway.doctor.finding import Finding, State, fail, warn
from curaway.doctor.flag import streaming_flag
from curaway.doctor.keys import authorized_parties, callback_keys, session_keys
from curaway.doctor.master_keys import master_keys
from curaway.doctor.recording import Recording
from curaway.doctor.server import callbacks, development_mode, readiness
from curaway.doctor.verdict import verdict
from curaway.doctor.watch import BROWSER, OLD, PLAIN, watch
from curaway.environment import Environment

UNREACHABLE = (httpx.HTTPError, psycopg.Error, Error, OSError)


@dataclass(frozen=True)
class Watched:
    """Whose stream is watched, and with which headers."""

    patient_id: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Examination:
    """What to look at: `url` as the world sees the server, `direct` without what stands before it."""

    environment: Environment
    url: str
    watched: Watched | None = None
    direct: str = ""
    watch_seconds: float | None = None
    """None: two heartbeats and a little."""
    addresses: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        named = {"stream": self.url, "direct stream": self.direct}
        object.__setattr__(self, "addresses", {name: url.rstrip("/") for name, url in named.items() if url})

    def findings(self) -> Iterator[Finding]:
        """Every finding, in order. Streams are watched while the rest is looked at: a token lives a minute."""
        with ThreadPoolExecutor(1, thread_name_prefix="watching") as beside:
            watching = beside.submit(asyncio.run, self._watch_all(self.watched)) if self.watched else None
            yield from self._of_this_machine()
            yield from self._of_the_server()
            if watching is None:
                yield warn("stream", "not watched", "name a patient and a token: --patient ID --token-file FILE")
                return
            for name, recordings in zip(self.addresses, watching.result(), strict=True):
                yield from verdict(*recordings, name=name, lifetime_seconds=self.environment.SSE_LIFETIME_SECONDS)

    def _of_this_machine(self) -> Iterator[Finding]:
        yield development_mode(self.environment, self.url)
        yield from guarded("session keys", lambda: [session_keys(self.environment)])
        yield from guarded("authorized parties", lambda: [authorized_parties(self.environment)])
        yield from guarded("callback keys", lambda: [callback_keys(self.environment)])
        yield from guarded("flag", lambda: [streaming_flag(self.environment)])
        found = list(guarded("database", lambda: database(self.environment)))
        yield from found
        # What the migrations make cannot be judged before they are applied.
        if all(one.state is State.OK for one in found if one.check == "migrations"):
            yield from guarded("master keys", lambda: [master_keys(self.environment)])
        yield from guarded("database clock", lambda: [database_clock()])
        yield from guarded("wake-ups", lambda: [wakeups(self.environment)])

    def _of_the_server(self) -> Iterator[Finding]:
        yield from guarded("readiness", lambda: [readiness(self.url)])
        yield from guarded("server clock", lambda: server_clocks(self.url))
        yield from guarded("callbacks", lambda: [callbacks(self.environment)])

    async def _watch_all(self, watched: Watched) -> list[list[Recording]]:
        path = f"/api/v1/patients/{watched.patient_id}/events/stream?follow=true"
        return await asyncio.gather(
            *(
                asyncio.gather(
                    *(
                        watch(url + path, watched.headers, way, seconds=self.watch_seconds)
                        for way in (BROWSER, PLAIN, OLD)
                    )
                )
                for url in self.addresses.values()
            )
        )


def guarded(check: str, looking: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What it finds; where nobody answers, that is the finding. Never the error's text, which may quote secrets."""
    try:
        yield from looking()
    except UNREACHABLE as fault:
        yield fail(check, f"does not answer: {type(fault).__name__}", "check its address, and that it runs")
