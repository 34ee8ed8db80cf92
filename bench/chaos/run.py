"""One run: the world is opened, people listen and write, faults come, all is healed, and the evidence is gathered."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.chaos import notes
from bench.chaos.checks import Evidence
from bench.chaos.checks.network import unmet
from bench.chaos.checks.table import read as read_table
from bench.chaos.checks.violation import Violation
from bench.chaos.child import Child
from bench.chaos.clock import clocks_move
from bench.chaos.conductor import Conductor, harmful_spans
from bench.chaos.crew import Crew, Patient, viewers, write_roster
from bench.chaos.fault import Fault, Kind
from bench.chaos.notes import Notebook
from bench.chaos.options import Options
from bench.chaos.plan import habits, plan
from bench.chaos.progress import Progress
from bench.chaos.quiet import await_quiet, hasten
from bench.chaos.world import World

LISTENER_PROCESSES, WRITERS = 2, 2
ACT_PAUSE, WRITE_PAUSE = 3.0, 0.3
"""Seconds between two acts of a patient, and between two transactions of a writer, on average."""

SAY_EVERY = 5.0
STARTED_WITHIN, MET_WITHIN = 60.0, 30.0


class Run:
    """One run in a folder of its own."""

    def __init__(self, options: Options, folder: Path, say: Callable[[str], None]) -> None:
        self._options = options
        self._say = say
        self._seed = str(options.seed)
        self.world = World(
            folder, seed=self._seed, workers=options.workers, redis=options.redis, first_port=options.first_port
        )
        self.faults = self._planned()
        self.found: list[Violation] = []
        self._said_at = 0.0

    def gather(self) -> Evidence:
        """Do all of it; what is wrong already without the checker is added to `found`."""
        try:
            self.world.open()
            self._people()
            self._say(
                f"{len(self.viewers)} viewers of {len(self._patients)} patients, {len(self.faults)} faults to come"
            )
            self._await_listeners()
            self._disturb()
            self._settle()
            self._verify()
            return self._evidence()
        finally:
            for child in self._crew():
                child.stop()
            self.world.close()

    def _planned(self) -> list[Fault]:
        possible = habits(
            workers=self._options.workers,
            writers=WRITERS,
            wakeup_pauses=self.world.bell.pauses,
            clocks_move=clocks_move(),
        )
        return plan(self._options.seed, self._options.seconds, possible, self._options.only)

    def _people(self) -> None:
        self._patients = self._register(self._options.patients)
        self.viewers = viewers(self._patients)
        self.progress = Progress(self.world.notes, self.viewers)
        self.listeners = [self._listeners(number) for number in range(LISTENER_PROCESSES)]
        acting = [
            {"name": f"act{at}", "patient": one.id, "mark": one.mark, "person": one.acts_as.as_json()}
            for at, one in enumerate(self._patients)
        ]
        roster = write_roster(self.world.folder / "actors.json", acting)
        self.actors = self._process("actors", "bench.chaos.actors", roster, "acts.jsonl", self._online(ACT_PAUSE))
        whom = [{"tenant": one.tenant, "patient": one.id} for one in self._patients]
        roster = write_roster(self.world.folder / "writers.json", whom)
        self.writers = {f"writer{number}": self._writer(number, roster) for number in range(1, WRITERS + 1)}
        for child in self._crew():
            child.start()

    def _register(self, count: int) -> list[Patient]:
        first = next(iter(self.world.web_ports.values()))
        return Crew(f"http://127.0.0.1:{first}", self.world.data_dir).register(count)

    def _listeners(self, number: int) -> Child:
        rows = [viewer.as_json() for viewer in self.viewers[number::LISTENER_PROCESSES]]
        roster = write_roster(self.world.folder / f"viewers-{number}.json", rows)
        arguments = (self.world.url, str(self.world.data_dir), self._seed)
        return self._process(f"listeners{number}", "bench.chaos.listeners", roster, f"heard-{number}.jsonl", arguments)

    def _online(self, pause: float) -> tuple[str, ...]:
        return self.world.url, str(self.world.data_dir), self._seed, str(pause)

    def _writer(self, number: int, roster: Path) -> Child:
        name = f"writer{number}"
        written = str(self.world.notes / f"written-{number}.jsonl")
        return self.world.process(name, "bench.chaos.writer", name, str(roster), written, self._seed, str(WRITE_PAUSE))

    def _process(self, name: str, module: str, roster: Path, noted: str, arguments: tuple[str, ...]) -> Child:
        return self.world.process(name, module, str(roster), str(self.world.notes / noted), *arguments)

    def _crew(self) -> list[Child]:
        if not hasattr(self, "writers"):
            return []
        return [*self.listeners, self.actors, *self.writers.values()]

    def _await_listeners(self) -> None:
        """Faults begin when everybody listens: before that there is nothing to break."""
        deadline = time.monotonic() + STARTED_WITHIN
        while self.progress.unheard():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.progress.unheard()} viewers hear nothing; see {self.world.folder}")
            time.sleep(0.1)
            self.progress.look()

    def _disturb(self) -> None:
        faults = Notebook(self.world.notes / "faults.jsonl")
        self.conductor = Conductor(self.world, self.writers, faults, self._options.seed)
        self.conductor.run(self.faults, self._options.seconds, self._look)
        if self._unmet():
            self._let_a_callback_pass()

    def _unmet(self) -> list[Kind]:
        return unmet(self.conductor.counts, notes.read(self.world.notes, "wire.jsonl"))

    def _let_a_callback_pass(self) -> None:
        """One more patient is welcomed, for faults that no callback has met: a short run may have had none."""
        self.world.await_ready()
        self._register(1)
        deadline = time.monotonic() + MET_WITHIN
        while self._unmet() and time.monotonic() < deadline:
            time.sleep(0.1)

    def _settle(self) -> None:
        self.conductor.heal()
        for child in (self.actors, *self.writers.values()):
            child.stop()
        hasten(self.world)
        self._say("healed; nobody writes any more")
        began = time.monotonic()
        still = await_quiet(self.world, self.progress, within=self._options.settle, say=self._say)
        self.quiet_after = round(time.monotonic() - began, 1)
        self._notice()
        for name, number in still.items():
            self.found.append(
                Violation("all comes to rest", f"{number} {name} still, {self.quiet_after:.0f} s after healing")
            )
        for child in self.listeners:
            child.stop()

    def _verify(self) -> None:
        """As an operator does: nothing of the log was changed, removed or inserted."""
        finished = self.world.managed("verify_events")
        if finished.returncode:
            lines = [*finished.stderr.splitlines()[-1:], *finished.stdout.splitlines()[:3]]
            self.found.append(Violation("the log verifies", " | ".join(lines)))

    def _look(self, passed: float) -> None:
        self._notice()
        if passed - self._said_at >= SAY_EVERY:
            self._said_at = passed
            self.progress.look()
            said, counts = self.progress.said, self.conductor.counts
            self._say(
                f"{passed:5.0f} s  {sum(counts.values())} faults  {said['event']} events heard  "
                f"{said['resumed']} resumes  {said['broken']} connections broken"
            )

    def _notice(self) -> None:
        """A process that has ended without a fault: a violation, and it is started again."""
        for child in (*self.world.children(), *self._crew()):
            if why := child.ended_by_itself():
                self.found.append(Violation("no process ends by itself", why))
                child.start()

    def _evidence(self) -> Evidence:
        def read(pattern: str) -> list[dict[str, Any]]:
            return notes.read(self.world.notes, pattern)

        return Evidence(
            viewers=self.viewers,
            heard=read("heard-*.jsonl"),
            transactions=read("written-*.jsonl"),
            acts=read("acts.jsonl"),
            mails=read("mail.jsonl"),
            harmful=harmful_spans(read("faults.jsonl")),
            marks={one.id: one.mark for one in self._patients},
            table=read_table(self.world.database.url),
            begun=self.conductor.counts.keys(),
            network=read("wire.jsonl"),
        )
