"""What is tried: a server, and as many of its streams as it takes for checks not to meet each other."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Protocol

from bench.children import Talking
from bench.conformance.address import address_of
from bench.conformance.publishing import WriterPublishing
from bench.conformance.target import Profile, Target
from bench.contenders.contender import HOST, Contender
from bench.contenders.eventstream import Eventstream
from bench.contenders.ours import Ours
from bench.contenders.sse_starlette import SseStarlette

LANES = 160
"""Patients of a server that we start: one for each check and each client."""


class Subject(Protocol):
    """A server with `lanes` streams."""

    name: str
    about: str
    profile: Profile
    lanes: int

    def start(self) -> None: ...

    def target(self, lane: int) -> Target:
        """The stream of this lane; lanes begin again after the last one."""

    def stop(self) -> None: ...


class Tried(Ours):
    """This project's server as `make bench` runs it, but with less patience, so that the kit is over in minutes."""

    heartbeat_seconds = 2.0

    def environment(self) -> Mapping[str, str]:
        return {
            **super().environment(),
            "SSE_LIFETIME_SECONDS": "300",
            "SSE_HEARTBEAT_SECONDS": f"{self.heartbeat_seconds:g}",
            "SSE_IDLE_SECONDS": "7",
            "SSE_MAX_STREAMS_PER_PATIENT": "32",
        }


class Started:
    """A contender of `make bench`, started for this run; it is ended with it."""

    lanes = LANES

    def __init__(self, contender: Contender, *, writer: str, profile: Profile, heartbeat_seconds: float) -> None:
        self.name, self.about, self.profile = contender.name, contender.about, profile
        self.contender = contender
        self._writer, self._heartbeat_seconds = writer, heartbeat_seconds
        self._nonces = itertools.count(1)

    def start(self) -> None:
        """Make its database and start it; raises `Absent` or `ProgramDied`."""
        contender = self.contender
        contender.prepare(LANES)
        contender.start()
        log = contender.folder / f"{contender.name}.writer.log"
        environ = contender.writer_environment()
        self._talking = Talking("bench.writer", self._writer, log=log, environ=environ, python=contender.python)
        self._publishing = WriterPublishing(self._talking, self._nonces)

    def target(self, lane: int) -> Target:
        contender, number = self.contender, lane % LANES
        return Target(
            name=self.name,
            profile=self.profile,
            address=address_of(f"http://{HOST}:{contender.port}{contender.path(number)}"),
            headers=contender.headers(number),
            publish_here=self._publishing.of(number),
            publishes_at_most=5000,
            heartbeat_seconds=self._heartbeat_seconds,
            processes=contender.pids,
            stop=contender.stop,
        )

    def stop(self) -> None:
        if hasattr(self, "_talking"):
            self._talking.stop()
        self.contender.stop()


def ours(contender: Tried) -> Started:
    return Started(
        contender,
        writer="bench.contenders.ours:Writer",
        profile=Profile.CURAWAY,
        heartbeat_seconds=contender.heartbeat_seconds,
    )


def sse_starlette(contender: SseStarlette) -> Started:
    """Its pings come every 15 s."""
    writer = "bench.contenders.poll:Writer"
    return Started(contender, writer=writer, profile=Profile.SSE, heartbeat_seconds=15)


def eventstream(contender: Eventstream) -> Started:
    """Its `keep-alive` comes every 20 s."""
    writer = "bench.contenders.eventstream:Writer"
    return Started(contender, writer=writer, profile=Profile.SSE, heartbeat_seconds=20)


class Given:
    """A server that somebody else runs: one stream, of which we know what we were told."""

    lanes = 1

    def __init__(self, target: Target) -> None:
        self.name, self.about, self.profile = target.name, target.address.origin, target.profile
        self._target = target

    def start(self) -> None:
        pass

    def target(self, lane: int) -> Target:
        return self._target

    def stop(self) -> None:
        pass
