"""What a run has come to: counts, delays, and what was broken; as JSON and as a table."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.chaos.checks import Evidence
from bench.chaos.checks.mail import left_again
from bench.chaos.checks.violation import Violation
from bench.children import ROOT
from bench.table import markdown

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- chaos: begin -->", "<!-- chaos: end -->"
SHOWN = 40
"""Violations that are printed; all are counted."""


def counts(found: Evidence) -> dict[str, Any]:
    """How much happened, by name; delays in seconds from recording to hearing, whatever lay between."""
    said = Counter(one["said"] for one in found.heard)
    streamed = sum(1 for event in found.table.events if event.position is not None)
    jobs = Counter(f"{job.kind} {job.status}" for job in found.table.jobs)
    outcomes = Counter(note["said"] for note in found.transactions)
    return {
        "events recorded": len(found.table.events),
        "events streamed": streamed,
        "patients": len({viewer.patient for viewer in found.viewers}),
        "clients": sum(1 for viewer in found.viewers if viewer.allowed),
        "outsiders": sum(1 for viewer in found.viewers if not viewer.allowed),
        "events heard": said["event"],
        "connections": said["connected"] + said["page"],
        "resumes": sum(1 for one in found.heard if one["said"] == "connected" and one["resumed"]),
        "connections broken": said["broken"],
        "outsiders refused": _refusals(found),
        "transactions committed": outcomes["committed"],
        "transactions rolled back": outcomes["rolled back"],
        "transactions cut short": outcomes["begun"] - outcomes["committed"] - outcomes["rolled back"],
        "acts answered": sum(1 for note in found.acts if note["said"] == "answered"),
        "acts sent again": sum(note["tries"] - 1 for note in found.acts if note["said"] == "answered"),
        "jobs": dict(sorted(jobs.items())),
        "mails": len(found.mails),
        "mails twice": left_again(found.mails),
        "network": dict(sorted(Counter(note["done"] for note in found.network).items())),
        "streams ended": dict(sorted(Counter(one["reason"] for one in found.heard if one["said"] == "done").items())),
        "delay": delays(found),
    }


def _refusals(found: Evidence) -> int:
    outside = {viewer.name for viewer in found.viewers if not viewer.allowed}
    return sum(1 for one in found.heard if one["said"] == "refused" and one["viewer"] in outside)


def delays(found: Evidence) -> dict[str, float]:
    """Seconds: median, 99th of a hundred, worst."""
    recorded = {event.id: event.at for event in found.table.events}
    waited = sorted(
        one["at"] - recorded[one["event"]] for one in found.heard if one["said"] == "event" and one["event"] in recorded
    )
    if not waited:
        return {}
    places = {"median": 0.5, "p99": 0.99, "worst": 1.0}
    return {name: round(waited[min(len(waited) - 1, int(share * len(waited)))], 3) for name, share in places.items()}


def table(facts: dict[str, Any]) -> str:
    """Everything counted, as a table."""
    rows = []
    for name, value in facts["counts"].items():
        if isinstance(value, dict):
            unit = " (s)" if name == "delay" else ""
            rows += [[f"{name}{unit}: {part}", f"{number:,}"] for part, number in value.items()]
        else:
            rows.append([name, f"{value:,}"])
    rows += [[f"fault: {kind}", f"{number:,}"] for kind, number in facts["faults"].items()]
    rows.append(["quiet after healing (s)", f"{facts['quiet_after']:,}"])
    rows.append(["**violations**", f"**{len(facts['violations'])}**"])
    return markdown(["", "count"], rows)


def said(violations: Sequence[Violation]) -> str:
    """The violations by rule, and the first of them."""
    by_rule = Counter(violation.rule for violation in violations)
    rules = "\n".join(f"  {number} x {rule}" for rule, number in by_rule.most_common())
    return rules + "\n\n" + "\n".join(f"  - {violation}" for violation in violations[:SHOWN])


def write_json(path: Path, facts: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts, indent=1) + "\n")


def write_page(text: str, *, page: Path = PAGE) -> None:
    """Put the text between the page's markers; raises ValueError when it has none."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name} lacks the markers {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
