"""The ring: who dies or hangs has cells that say how, all others have figures, and the run comes to its end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench import report, ring
from bench.children import ProgramDied
from bench.contenders.floor import Floor
from bench.contenders.naive import Naive
from bench.database import Cluster
from bench.measures import emitting, opening
from bench.measures.measure import (
    EMIT_MANY,
    FAN_OUT_LAST,
    FLOOD,
    FLOOD_CPU,
    HISTORY_LONG,
    OPENED,
    RESUMED,
    Measure,
)
from bench.plan import Plan
from bench.ports import free_port
from bench.results import Results
from bench.targets import targets
from tests.bench.troubled import Dying, Hanging

PLAN = Plan(
    name="tiny",
    rounds=2,
    peer_rounds=1,
    audience=6,
    fallbacks=(),
    idle=(3, 6),
    samples=3,
    fan_outs=1,
    peer_fan_outs=1,
    flood_each=1,
    writers=1,
    emit_seconds=0.1,
    resumed=6,
    missed=3,
    histories=(10, 20),
    history_openings=1,
    longest_minutes=5,
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    found = Cluster(tmp_path_factory.mktemp("postgres"))
    yield found
    found.stop()


@pytest.fixture
def run(cluster, tmp_path, monkeypatch):
    """Runs the ring over these contenders, of which the first two take turns."""

    def run(kinds, measures, plan=PLAN) -> Results:
        monkeypatch.setattr(ring, "CONTENDERS", {kind.name: kind for kind in kinds})
        monkeypatch.setattr(ring, "COMPARED", [kind.name for kind in kinds[:2]])
        monkeypatch.setattr(emitting, "HEAD_START_SECONDS", 0.05)
        one = ring.Ring(cluster, tmp_path, plan, seed=1, began=time.monotonic())
        one.run([kind.name for kind in kinds], measures)
        return one.results

    return run


def _said(results: Results, measure: Measure, name: str) -> str | int:
    """How it failed, or how many rounds it has."""
    cell = results.cell(measure.key, name)
    return cell.failed or len(cell.rounds)


def test_who_dies_has_cells_that_say_how_and_everybody_else_has_figures(run, monkeypatch) -> None:
    monkeypatch.setattr(Naive, "parts", frozenset({"flood", "emit"}))
    monkeypatch.setattr(opening, "measure", lambda *_: {}["a mistake of the bench's own"])
    results = run([Floor, Dying, Naive], ["opening", "fan-out", "flood", "resume", "emit"])
    assert (
        _said(results, OPENED, "floor")
        == _said(results, OPENED, "dying")
        == 'KeyError: "a mistake of the bench\'s own"'
    )
    for measure in (FAN_OUT_LAST, FLOOD, RESUMED, EMIT_MANY):
        assert _said(results, measure, "floor") == 2
    assert [_said(results, measure, "naive") for measure in (FAN_OUT_LAST, FLOOD, EMIT_MANY)] == [0, 1, 1]
    for measure in (FLOOD, FLOOD_CPU):
        assert "its server ended with -9" in str(_said(results, measure, "dying"))
    assert _said(results, RESUMED, "dying") == "LookupError: nobody is known"
    # Before and after it is as well as any other.
    assert _said(results, FAN_OUT_LAST, "dying") == 2
    assert _said(results, EMIT_MANY, "dying") == 1
    told = report.tables(
        results, PLAN, {"floor": "", "dying": ""}, [target.judged(results) for target in targets(PLAN)]
    )
    assert "- **dying**, LookupError: nobody is known" in told


def test_what_hangs_is_ended_when_the_run_has_taken_too_long(run) -> None:
    began = time.monotonic()
    results = run([Hanging, Floor], ["flood", "history"], replace(PLAN, longest_minutes=0.06))
    assert time.monotonic() - began < 3.6 + 15
    assert _said(results, FLOOD, "hanging") == "ended: the run had taken 0.06 minutes"
    assert _said(results, HISTORY_LONG, "floor") == "left out: the run had taken 0.06 minutes"


def test_whoever_answers_on_its_port_is_not_taken_for_its_server(cluster, tmp_path) -> None:
    (tmp_path / "second").mkdir()
    first, second = Floor(cluster, tmp_path, free_port()), Hanging(cluster, tmp_path / "second", 0)
    second.port = first.port
    for contender in (first, second):
        contender.prepare(2)
    first.start()
    try:
        with pytest.raises(ProgramDied, match="address already in use"):
            second.start()
    finally:
        first.stop()
        second.stop()
