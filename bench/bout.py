"""One contender in the ring: its server, a client process of its own, and a writer."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.children import ProgramDied, Talking, last_words
from bench.contenders.contender import HOST, Absent, Contender, patient_id
from bench.usage import processor_seconds

OPENING_SECONDS = 120.0
PATIENCE_SECONDS = 20.0


class Failed(RuntimeError):
    """The contender did not do what was asked; the text is for the table."""


class Bout:
    """Drives a contender. What it returns are plain figures; what fails raises `Failed`."""

    def __init__(self, contender: Contender, *, too_late: Callable[[], str] = str) -> None:
        """`too_late` says why nothing is begun any more, once that is so."""
        self.contender = contender
        self._too_late = too_late
        self.name = contender.name
        self._client: Talking | None = None
        self._writer: Talking | None = None
        self._nonces = itertools.count(1)
        self._started = False
        self.streams = 0
        """How many are open."""
        self.too_many: tuple[int, str] | None = None
        """So many it could not hold, and why; not tried again."""

    # Life

    def start(self) -> None:
        """Start server and client, unless they run."""
        if self._started:
            return
        if late := self._too_late():
            raise Failed(f"ended: {late}")
        try:
            self.contender.start()
        except ProgramDied as died:
            raise Failed(f"does not start: {died}") from died
        self._client = Talking("bench.client", log=self.contender.folder / "client.log", environ={})
        self._tell("meet", host=HOST, port=self.contender.port, ids=self.contender.ids)
        self._started = True

    def stop(self) -> None:
        for program in (self._client, self._writer):
            if program is not None:
                program.stop()
        self._client = self._writer = None
        self.contender.stop()
        self._started = False
        self.streams = 0

    def why(self, problem: Exception) -> str:
        """What the table says of a problem."""
        if late := self._too_late():
            return f"ended: {late}"
        if isinstance(problem, Failed | ProgramDied | Absent):
            return str(problem)
        return " ".join(f"{type(problem).__name__}: {problem}".split())[:200]

    # Streams

    def refuse(self, streams: int) -> None:
        """Raises `Failed` where it has shown that it can't hold so many."""
        if self.too_many and streams >= self.too_many[0]:
            raise Failed(f"not tried with {streams:,}; {self.too_many[1]}")

    def open(self, patients: Sequence[int], *, after: Sequence[str] = (), at_once: int = 32) -> dict[str, Any]:
        """Open a stream for each of these patients, resuming each from its position in `after` when given.

        Raises `Failed` unless every one of them opens.
        """
        self.refuse(self.streams + len(patients))
        self.start()
        positions = list(after) or [None] * len(patients)
        requests = [
            (number, self.contender.request(number, after=position), self._known(position))
            for number, position in zip(patients, positions, strict=True)
        ]
        opened = self._tell("open", requests=requests, at_once=at_once, seconds=OPENING_SECONDS)
        if opened["failures"]:
            self._fail(opened["ready"], opened["failures"])
        self.streams += opened["ready"]
        return opened

    def _known(self, position: str | None) -> int:
        return int(position) if self.contender.ids == "positions" and position is not None else -1

    def close(self) -> None:
        """Cut all streams and wait until the server has noticed."""
        self.cut()
        self.settle()

    def cut(self) -> None:
        """Cut all streams; raises `Failed` when one of them heard positions with a hole."""
        self.streams = 0
        if self._tell("close")["holes"]:
            raise Failed("positions had holes")

    def settle(self) -> None:
        """Until the server rests, or for five seconds."""
        until = time.monotonic() + 5
        before = self.processor_seconds()
        while time.monotonic() < until:
            time.sleep(0.25)
            now = self.processor_seconds()
            if now - before <= 0.02:
                return
            before = now

    # Events

    def expect_each(self, count: int) -> None:
        """Note each arrival from now on, up to `count`."""
        self._tell("expect_each", count=count)

    def expect(self, count: int) -> None:
        """Only count the arrivals, up to `count`."""
        self._tell("expect", count=count)

    def heard(self, count: int) -> dict[str, Any]:
        """What was heard, once it is `count`; raises `Failed` when it does not become that many."""
        got = self._tell("wait", seconds=PATIENCE_SECONDS)
        if got["heard"] < count:
            lost = f"{got['heard']} of {count} events heard"
            raise Failed(f"{lost}; {self._why(got['ended'])}" if got["ended"] else lost)
        return got

    def publish(self, patients: Sequence[int], *, every: float) -> dict[int, float]:
        """Publish an event for each of these patients, `every` seconds; nonce → when it was committed."""
        plan = [(turn * every, patient_id(patient), next(self._nonces)) for turn, patient in enumerate(patients)]
        self._writer = self._writer or self.writer()
        return {nonce: at for nonce, at in self._writer.ask(do="publish", plan=plan)["committed"]}

    def flood(self, *, patients: int) -> float:
        """An event for each of so many patients at once; see `Contender.flood`."""
        return self.contender.flood(patients=patients, first_nonce=self.nonces(patients))

    def nonces(self, count: int) -> int:
        """The first of so many new numbers."""
        first = next(self._nonces)
        self._nonces = itertools.count(first + count)
        return first

    def writer(self, name: str = "Writer") -> Talking:
        """A new process that writes as this contender's applications do."""
        contender = self.contender
        return Talking(
            "bench.writer",
            f"{type(contender).__module__}:{name}",
            log=contender.folder / f"{contender.name}.writer.log",
            environ=contender.writer_environment(),
            python=contender.python,
        )

    def processor_seconds(self) -> float:
        """Of its server so far; raises `Failed` when that has ended."""
        if ended := self.contender.ended():
            raise Failed(ended)
        return processor_seconds(self.contender.pids())

    # Inside

    def _tell(self, what: str, **facts: Any) -> dict[str, Any]:
        if self._client is None:
            raise Failed("no client runs")
        try:
            return self._client.ask(do=what, crowd=self.name, **facts)
        except ProgramDied as died:
            raise Failed(f"the client ended: {died}") from died

    def _fail(self, ready: int, failures: dict[str, int]) -> None:
        why = self._why(failures)
        with contextlib.suppress(Failed):
            self._tell("close")
        raise Failed(f"{ready} streams opened; {why}")

    def _why(self, failures: dict[str, int]) -> str:
        counted = ", ".join(f"{count} {why}" for why, count in failures.items())
        if ended := self.contender.ended():
            return f"{counted} ({ended})"
        said = last_words(self.contender.log)
        return f"{counted} ({said})" if "it said nothing" not in said else counted
