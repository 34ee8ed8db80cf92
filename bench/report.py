"""What a run leaves behind: a JSON file, and the tables in the documentation."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.children import ROOT
from bench.contenders.nchan import PREFIX
from bench.measures.measure import Measure, rows
from bench.peers import REQUIREMENTS
from bench.plan import Plan
from bench.results import MISSING, Results
from bench.table import BOUND, FAILED, WRITER_BOUND, figures, remarks, verdicts
from bench.targets import Verdict
from curaway.environment import Environment

RESULTS = ROOT / "bench" / "results"
SCRATCH = RESULTS / "scratch"
"""Runs that are not the whole one; not kept in the repository."""

PAGE = ROOT / "docs" / "benchmarks.md"
PACKAGES = ("Django", "django-ninja", "uvicorn", "uvloop", "httptools", "psycopg", "asgiref")


def versions(postgres: str) -> dict[str, str]:
    """Of everything that could change a figure."""
    pinned = dict(line.split("==") for line in REQUIREMENTS.read_text().splitlines() if "==" in line)
    return {"postgres": postgres, **{name: version(name) for name in PACKAGES}, **pinned}


def switches(given: Mapping[str, str]) -> dict[str, str]:
    """Settings of this machine that could change a figure; of texts, which may be secrets, only that they are given."""
    plain = {setting.name for setting in fields(Environment) if setting.type in ("bool", "int", "float")} | {"BENCH"}
    known = {setting.name for setting in fields(Environment)} | {"BENCH", PREFIX}
    return {name: given[name] if name in plain else "given" for name in sorted(known & given.keys())}


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
        f"{WRITER_BOUND} published one after the other: the figure is the publisher's, the server may do more. "
        f"{FAILED} failed, see below. {MISSING} not measured.",
        legend,
        remarks(results, measures, names),
    ]
    return "\n\n".join(part for part in parts if part)


def write_page(text: str, *, page: Path = PAGE, name: str = "bench") -> None:
    """Put the tables between the page's markers of this name; raises ValueError when it has none."""
    begins, ends = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, begin, rest = page.read_text().partition(begins)
    _, end, after = rest.partition(ends)
    if not begin or not end:
        raise ValueError(f"{page.name} lacks the markers {begins} and {ends}")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")
