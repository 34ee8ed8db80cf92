"""What a run leaves behind: a JSON file, and the tables in the documentation."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.children import ROOT
from bench.measures.measure import Measure, rows
from bench.peers import REQUIREMENTS
from bench.plan import Plan
from bench.results import MISSING, Results
from bench.table import BOUND, FAILED, figures, remarks, verdicts
from bench.targets import Verdict

RESULTS = ROOT / "bench" / "results"
SCRATCH = RESULTS / "scratch"
"""Runs that are not the whole one; not kept in the repository."""

PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
PACKAGES = ("Django", "django-ninja", "uvicorn", "uvloop", "httptools", "psycopg", "asgiref")


def versions(postgres: str) -> dict[str, str]:
    """Of everything that could change a figure."""
    pinned = dict(line.split("==") for line in REQUIREMENTS.read_text().splitlines() if "==" in line)
    return {"postgres": postgres, **{name: version(name) for name in PACKAGES}, **pinned}


def revision() -> str:
    """The commit that was measured, with a + when files had changed; empty outside of a repository."""
    try:
        asked = subprocess.run(["git", "describe", "--always", "--dirty=+"], cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return asked.stdout.strip()


def write_json(folder: Path, name: str, facts: Mapping[str, Any]) -> Path:
    """Write the run's facts; returns where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(facts, indent=1, allow_nan=False) + "\n")
    return path


def tables(results: Results, plan: Plan, contenders: Mapping[str, str], judged: Sequence[Verdict]) -> str:
    """Promises, figures, legend and remarks, in Markdown; `contenders` are names and what each is."""
    measures: list[Measure] = rows(plan)
    names = list(contenders)
    legend = "\n".join(f"- **{name}**: {about}" for name, about in contenders.items())
    parts = [
        verdicts(judged),
        figures(results, measures, names),
        f"{BOUND} the client was busy for more than 90 % of the time: the true figure may be better. "
        f"{FAILED} failed, see below. {MISSING} not measured.",
        legend,
        remarks(results, measures, names),
    ]
    return "\n\n".join(part for part in parts if part)


def write_page(text: str, *, page: Path = PAGE) -> None:
    """Put the tables between the page's markers; raises ValueError when it has none."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name} lacks the markers {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
