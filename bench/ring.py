"""The run: which measures, with whom, in which order."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.bout import Bout
from bench.contenders.contender import Contender
from bench.contenders.eventstream import Eventstream
from bench.contenders.floor import Floor, FloorOneClock
from bench.contenders.naive import Naive
from bench.contenders.nchan import Nchan
from bench.contenders.ninja_sse import NinjaSse
from bench.contenders.ours import Ours
from bench.contenders.sse_starlette import SseStarlette
from bench.database import Cluster
from bench.deadline import Deadline
from bench.measures import emitting, fan_out, flood, hearing, history, idle, opening, resuming
from bench.measures import measure as m
from bench.plan import Plan
from bench.ports import free_port
from bench.results import Results

CONTENDERS: dict[str, type[Contender]] = {
    kind.name: kind for kind in (Ours, Floor, FloorOneClock, Naive, Eventstream, SseStarlette, NinjaSse, Nchan)
}
COMPARED = ("ours", "floor", "floor-one-clock")
"""Measured in alternation, so that a drift of the machine meets both."""

MEASURES = ("opening", "idle", "hearing", "fan-out", "frames", "flood", "resume", "history", "emit")


class Ring:
    """Runs measures over contenders; each part is left out once the run has taken too long."""

    def __init__(self, cluster: Cluster, folder: Path, plan: Plan, *, seed: int, began: float) -> None:
        """`began`: when the run did, of the monotonic clock."""
        self.results = Results()
        self.seconds: dict[str, float] = {}
        """How long each part took."""
        self.versions: dict[str, str] = {}
        self._cluster, self._folder, self._plan = cluster, folder, plan
        self._draw = random.Random(seed)
        self._bouts: dict[str, Bout] = {}
        self._deadline = Deadline(cluster, began=began, minutes=plan.longest_minutes)

    def run(self, contenders: Sequence[str], measures: Sequence[str]) -> None:
        """Everything asked for. Who fails, in whatever way, has cells that say how."""
        try:
            with self._deadline:
                for name in contenders:
                    self._prepare(CONTENDERS[name](self._cluster, self._folder, free_port()))
                self._measure([bout for bout in self._bouts.values() if bout.name in COMPARED], measures)
                if "emit" in measures:
                    self._emit(list(self._bouts.values()))
                # Last, so that a run that takes too long goes without them.
                for bout in self._bouts.values():
                    self._measure([bout] if bout.name not in COMPARED else [], measures)
        finally:
            self._clear_away()

    def _prepare(self, contender: Contender) -> None:
        m.say(f"{contender.name}: preparing")
        bout = Bout(contender, too_late=self._deadline.passed)
        began = time.monotonic()
        try:
            contender.prepare(self._plan.patients)
            self.versions |= contender.versions()
        except Exception as problem:
            m.say(f"{bout.name}: {bout.why(problem)}")
            for part in MEASURES:
                if _takes_part(bout, part):
                    self._fill(part, [bout], bout.why(problem))
            return
        self.seconds[f"preparing: {bout.name}"] = time.monotonic() - began
        self._bouts[bout.name] = bout

    def _fill(self, part: str, group: Sequence[Bout], why: str) -> None:
        """Say why where there is nothing else."""
        for bout in group:
            for row in m.parts(self._plan)[part]:
                cell = self.results.cell(row.key, bout.name)
                if row.whose in ("", bout.name) and not (cell.rounds or cell.failed):
                    cell.failed = why

    def _clear_away(self) -> None:
        for bout in self._bouts.values():
            try:
                bout.stop()
                if bout.contender.database:
                    self._cluster.drop(bout.contender.database)
            except Exception as problem:
                m.say(f"{bout.name}: not cleared away: {problem}")

    def _emit(self, group: list[Bout]) -> None:
        self._part("emit", group, lambda group: emitting.measure(group, self._plan, self.results))
        for bout in group:
            bout.stop()

    def _measure(self, group: list[Bout], measures: Sequence[str]) -> None:
        if not group:
            return
        plan, results = self._plan, self.results
        compared = group[0].name in COMPARED
        few, events = (plan.rounds, plan.fan_outs) if compared else (plan.peer_rounds, plan.peer_fan_outs)
        seconds = plan.idle_seconds if compared else plan.peer_idle_seconds
        # A target names the naive one, too.
        hearings = plan.rounds if compared or group[0].name == "naive" else plan.peer_rounds
        known: dict[str, Callable[[list[Bout]], None]] = {
            "opening": lambda group: opening.measure(group, plan, few, results),
            "idle": lambda group: idle.measure(group, seconds, plan, results),
            "hearing": lambda group: hearing.measure(group, plan, hearings, results, self._draw),
            "fan-out": lambda group: fan_out.measure(group, events, plan, few, results, self._draw),
            "frames": lambda group: fan_out.note_frames(group, results),
            "flood": lambda group: flood.measure(group, plan, few, results),
            "resume": lambda group: resuming.measure(group, plan, few, results),
            "history": lambda group: history.measure(group, plan, few, results),
        }
        for name, work in known.items():
            if name in measures:
                self._part(name, group, work)
        for bout in group:
            bout.stop()

    def _part(self, name: str, all_of_them: list[Bout], work: Callable[[list[Bout]], None]) -> None:
        group = [bout for bout in all_of_them if _takes_part(bout, name)]
        who = ", ".join(bout.name for bout in group)
        if not group:
            return
        if late := self._deadline.passed():
            m.say(f"{name} of {who} left out: {late}")
            self._fill(name, group, f"left out: {late}")
            return
        print(f"\n{name}: {who}", flush=True)
        began = time.monotonic()
        try:
            work(group)
        except Exception as problem:
            # What no contender's own cells say; the next measure shows who recovered.
            m.say(f"{name}: {group[0].why(problem)}")
            self._fill(name, group, group[0].why(problem))
            for bout in group:
                bout.stop()
        self.seconds[f"{name}: {who}"] = time.monotonic() - began


def _takes_part(bout: Bout, part: str) -> bool:
    only = bout.contender.parts
    return part in only if only else part != "history" or bout.name in COMPARED
