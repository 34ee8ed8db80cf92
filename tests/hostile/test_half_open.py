"""Ten thousand connections that say nothing, or half of something: they cost little, not for long, and nobody else.

The server is started as `docs/deploy` starts it.
"""

from __future__ import annotations

import os
import resource
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from bench.descriptors import allowed_descriptors
from curaway.arrivals import HEAD_SECONDS, LOOK_SECONDS, PAUSE_SECONDS
from patients.models import Patient
from tests.facts import record
from tests.hostile.counted import TIMES, Counted
from tests.hostile.crowd import HALF_BODY, HALF_HEAD, SILENT, Crowd, descriptors_of
from tests.people import People
from tests.servers import ROOT, ProcessServer
from tests.waiting import wait_until

WANTED = 10_000
SPARE = 500
"""Descriptors of ours that are no connections."""
EACH_BYTES = 25_000
"""Bound of what a connection may cost the server; an open stream costs about as much."""
ANSWER_SECONDS = 2.0

LATE = b"HTTP/1.1 408 Request Timeout"
CUT = b""


def deployed() -> list[str]:
    """The options that `docs/deploy/curaway.service` gives uvicorn, without those of where and of how many."""
    unit = (ROOT / "docs/deploy/curaway.service").read_text()
    (line,) = (line for line in unit.splitlines() if line.startswith("ExecStart="))
    words = shlex.split(line)
    of_this_test = ("--host", "--port", "--workers")
    return [
        word
        for at, word in enumerate(words)
        if at > 1 and word not in of_this_test and words[at - 1] not in of_this_test and word != "--no-access-log"
    ]


def as_many_as_allowed() -> int:
    """Ten thousand; fewer where files are few, but not in CI, whose word is that it was ten thousand."""
    allowed = allowed_descriptors()
    if os.environ.get("CI") and allowed < WANTED + SPARE:
        pytest.fail(f"{allowed} files may be open, {WANTED + SPARE} are needed: ulimit -Hn", pytrace=False)
    return min(WANTED, allowed - SPARE)


class Others:
    """A patient who listens and asks while the crowd is there."""

    def __init__(self, server: ProcessServer, people: People) -> None:
        self.patient: Patient = people.patient()
        self._client = httpx.Client(base_url=server.url, headers=people.patient_headers(self.patient), timeout=10)
        self._url = server.url
        self._stream = server.stream(people, self.patient, follow=True)
        self._stream.connected()
        self.slowest = 0.0

    def are_served(self) -> None:
        """A request is answered in time, and an event heard."""
        began = time.monotonic()
        answer = self._client.get(f"/api/v1/patients/{self.patient.id}/summary")
        fact = record(self.patient)
        heard = self._stream.next(seconds=10)
        self.slowest = max(self.slowest, time.monotonic() - began)
        assert (answer.status_code, heard.data["event_id"]) == (200, str(fact.id))
        # A new connection, too.
        assert httpx.get(f"{self._url}/health", timeout=10).status_code == 200
        assert self.slowest < ANSWER_SECONDS

    def leave(self) -> None:
        self._stream.close()
        self._client.close()


@contextmanager
def others_at(server: ProcessServer, people: People) -> Iterator[Others]:
    others = Others(server, people)
    try:
        yield others
    finally:
        others.leave()


@pytest.mark.timeout(180)
def test_ten_thousand_half_open_connections_harm_nobody(
    people: People, process_server: Callable[..., ProcessServer], counted: Counted
) -> None:
    count = as_many_as_allowed()
    most = count * 4 // 10
    parts = {HALF_BODY: count - 2 * most, HALF_HEAD: most, SILENT: most}
    with process_server(*deployed()) as server, others_at(server, people) as others, Crowd(server.port) as crowd:
        others.are_served()
        descriptors, resident = descriptors_of(server.pid), server.resident_bytes()
        began = time.monotonic()
        for saying, members in parts.items():
            crowd.join(members, saying)
        wait_until(lambda: descriptors_of(server.pid) > descriptors + count // 2, seconds=HEAD_SECONDS)
        at_once = descriptors_of(server.pid) - descriptors
        # On a machine so slow that the first are let go before the last have come, they are never all there.
        assert at_once >= count - SPARE or time.monotonic() - began > HEAD_SECONDS - 2 * LOOK_SECONDS
        others.are_served()
        grown = server.resident_bytes() - resident
        assert grown < count * EACH_BYTES
        # Those that owe a head are let go; a body may pause for longer.
        patience = HEAD_SECONDS + 2 * LOOK_SECONDS + 5
        wait_until(lambda: crowd.heard(HALF_HEAD) == {LATE: parts[HALF_HEAD]}, seconds=patience, every=0.5)
        wait_until(lambda: crowd.heard(SILENT) == {CUT: parts[SILENT]}, seconds=patience, every=0.5)
        gone = time.monotonic() - began
        assert descriptors_of(server.pid) <= descriptors + parts[HALF_BODY] + 20
        others.are_served()
        if TIMES > 1:
            wait_until(lambda: crowd.heard(HALF_BODY) == {LATE: parts[HALF_BODY]}, seconds=PAUSE_SECONDS, every=0.5)
        assert crowd.heard(HALF_BODY) == {LATE if TIMES > 1 else b"open": parts[HALF_BODY]}
        crowd.leave()
        wait_until(lambda: descriptors_of(server.pid) <= descriptors + 5, seconds=10)
        others.are_served()
        figures = {"grown_kilobytes_each": f"{grown / count / 1024:.1f}", "gone_after_seconds": f"{gone:.1f}"}
        counted("half-open connections", connections=count, slowest_of_others=f"{others.slowest:.2f} s", **figures)


@pytest.mark.timeout(120)
def test_where_descriptors_are_few_those_who_say_nothing_make_room(
    people: People, process_server: Callable[..., ProcessServer], counted: Counted
) -> None:
    few = 600
    hard = allowed_descriptors()
    server = process_server(*deployed())
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (few, hard))
    with server, others_at(server, people) as others, Crowd(server.port) as crowd:
        for _ in range(3):
            crowd.join(300, HALF_HEAD)
            others.are_served()
        assert descriptors_of(server.pid) < few - 100
        assert crowd.heard(HALF_HEAD)[LATE] >= 400
        counted("half-open connections beyond the limit", connections=900, descriptors=few)
