"""The run: which measures, with whom, in which order."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.bout import Bout, Failed
from bench.children import ProgramDied
from bench.contenders.contender import Absent, Contender
from bench.contenders.eventstream import Eventstream
from bench.contenders.floor import Floor
from bench.contenders.naive import Naive
from bench.contenders.nchan import Nchan
from bench.contenders.ninja_sse import NinjaSse
from bench.contenders.ours import Ours
from bench.contenders.sse_starlette import SseStarlette
from bench.database import Cluster
from bench.measures import emitting, fan_out, flood, hearing, history, idle, opening, resuming
from bench.measures import measure as m
from bench.plan import Plan
from bench.results import Results

CONTENDERS: dict[str, type[Contender]] = {
    kind.name: kind for kind in (Ours, Floor, Naive, Eventstream, SseStarlette, NinjaSse, Nchan)
}
COMPARED = ("ours", "floor")
"""Measured in alternation, so that a drift of the machine meets both."""

MEASURES = ("opening", "idle", "hearing", "fan-out", "frames", "flood", "resume", "history", "emit")


class Ring:
    """Runs measures over contenders; each part is left out once the run has taken too long."""

    def __init__(self, cluster: Cluster, folder: Path, plan: Plan, *, seed: int, first_port: int) -> None:
        self.results = Results()
        self._cluster, self._folder, self._plan = cluster, folder, plan
        self._draw = random.Random(seed)
        self._first_port = first_port
        self._bouts: dict[str, Bout] = {}
        self._ends_at = time.monotonic() + 60 * plan.longest_minutes
        self._left_out: set[str] = set()

    def run(self, contenders: Sequence[str], measures: Sequence[str]) -> None:
        """Everything asked for."""
        try:
            for number, name in enumerate(contenders):
                self._prepare(name, self._first_port + number)
            self._measure([bout for bout in self._bouts.values() if bout.name in COMPARED], measures)
            if "emit" in measures:
                self._emit(list(self._bouts.values()))
            # Last, so that a run that takes too long goes without them.
            for bout in self._bouts.values():
                self._measure([bout] if bout.name not in COMPARED else [], measures)
        finally:
            self._clear_away()
        self._tell_left_out()

    def _prepare(self, name: str, port: int) -> None:
        m.say(f"{name}: preparing")
        contender = CONTENDERS[name](self._cluster, self._folder, port)
        try:
            contender.prepare(self._plan.patients)
        except (Absent, ProgramDied) as why:
            m.say(f"{name}: {why}")
            for row in m.rows(self._plan):
                self.results.fail(row.key, name, str(why))
            return
        self._bouts[name] = Bout(contender)

    @property
    def _too_late(self) -> str:
        return f"left out: the run had taken {self._plan.longest_minutes:.0f} minutes"

    def _tell_left_out(self) -> None:
        for name in self._left_out:
            for row in m.rows(self._plan):
                if not ((cell := self.results.cell(row.key, name)).rounds or cell.failed):
                    self.results.fail(row.key, name, self._too_late)

    def _clear_away(self) -> None:
        for bout in self._bouts.values():
            bout.stop()
            if bout.contender.database:
                self._cluster.drop(bout.contender.database)

    def _emit(self, group: list[Bout]) -> None:
        plan = self._plan
        self._part("emit", group, lambda: emitting.measure(group, plan, plan.rounds, self.results))
        for bout in group:
            bout.stop()

    def _measure(self, group: list[Bout], measures: Sequence[str]) -> None:
        if not group:
            return
        plan, results = self._plan, self.results
        compared = group[0].name in COMPARED
        few, events = (plan.rounds, plan.fan_outs) if compared else (plan.peer_rounds, plan.peer_fan_outs)
        # A target names the naive one, too.
        hearings = plan.rounds if compared or group[0].name == "naive" else plan.peer_rounds
        known: dict[str, Callable[[], None]] = {
            "opening": lambda: opening.measure(group, plan, few, results),
            "idle": lambda: idle.measure(group, plan, results),
            "hearing": lambda: hearing.measure(group, plan, hearings, results, self._draw),
            "fan-out": lambda: fan_out.measure(group, events, plan, few, results, self._draw),
            "frames": lambda: fan_out.note_frames(group, results),
            "flood": lambda: flood.measure(group, plan, few, results),
            "resume": lambda: resuming.measure(group, plan, few, results),
            "history": lambda: history.measure(group, plan, few, results),
        }
        for name, work in known.items():
            if name in measures and (name != "history" or compared):
                self._part(name, group, work)
        for bout in group:
            bout.stop()

    def _part(self, name: str, group: list[Bout], work: Callable[[], None]) -> None:
        who = ", ".join(bout.name for bout in group)
        if time.monotonic() > self._ends_at:
            m.say(f"{name} of {who} {self._too_late}")
            self._left_out.update(bout.name for bout in group)
            return
        print(f"\n{name}: {who}", flush=True)
        try:
            work()
        except (Failed, ProgramDied) as failed:
            # What is between two measures; the cells of the next one will say whether the contender recovered.
            m.say(f"{name}: {failed}")
            for bout in group:
                bout.stop()
