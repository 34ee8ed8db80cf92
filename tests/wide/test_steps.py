"""What single steps cost: where each figure is from, and what is counted as somebody's processor time."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from bench.steps.figures import FIGURES, figures
from bench.steps.meter import Meter, family_seconds


class TestFigures:
    def test_where_nothing_was_measured_every_figure_is_assumed(self, tmp_path):
        values, sources = figures(tmp_path)
        assert values == {name: figure.value for name, figure in FIGURES.items()}
        assert set(sources.values()) == {"assumed"}

    def test_the_newest_whole_run_replaces_what_it_measured(self, tmp_path):
        for name, cost in (("2026-01-01T0900-full.json", 100), ("2026-02-01T0900-full.json", 250)):
            measures = {"cpu_per_event_us": {"ours": {"value": cost}, "naive": {"value": 1}}}
            (tmp_path / name).write_text(json.dumps({"measures": measures}))
        (tmp_path / "scratch").mkdir()
        (tmp_path / "scratch" / "2026-03-01T0900-quick.json").write_text("{}")
        values, sources = figures(tmp_path)
        assert values["event_us"] == 250
        assert sources["event_us"] == "measured, 2026-02-01T0900-full.json"
        assert sources["open_db_us"] == "assumed"

    def test_single_steps_replace_what_they_measured(self, tmp_path):
        measured = {"open_db_us": {"value": 700}, "read_together_db_us": {"value": 15}}
        (tmp_path / "steps.json").write_text(json.dumps({"figures": measured}))
        values, sources = figures(tmp_path)
        assert values["open_db_us"] == 700
        assert sources["open_db_us"] == "measured, steps.json"
        assert sources["event_us"] == "assumed"
        # What the model does not compute with is none of its figures.
        assert values.keys() == sources.keys() == FIGURES.keys()

    def test_a_measure_that_failed_is_assumed(self, tmp_path):
        run = {"measures": {"cpu_per_event_us": {"ours": {"value": None, "failed": "it died"}}}}
        (tmp_path / "2026-01-01T0900-full.json").write_text(json.dumps(run))
        assert figures(tmp_path)[1]["event_us"] == "assumed"

    def test_here_every_figure_is_measured(self):
        assert [name for name, source in figures()[1].items() if source == "assumed"] == []


class TestMeter:
    def test_what_is_used_anyway_is_taken_off(self):
        # Seconds of processor time: before the work, after it, after an idle window of its length; twice.
        readings = iter([10.0, 13.0, 14.0, 20.0, 25.0, 25.5])
        found = Meter({"database": lambda: next(readings)}, turns=2).per_unit(lambda: 1000)
        assert found == {"database": [pytest.approx(2000), pytest.approx(4500)]}

    def test_children_that_have_ended_count(self):
        before = family_seconds(os.getpid())
        busy = "import time\nwhile time.process_time() < 0.3: pass"
        subprocess.run([sys.executable, "-c", busy], check=True)
        # In whole ticks of a hundredth, cut off at either end.
        assert family_seconds(os.getpid()) - before > 0.25
