"""The tables of a run: Markdown, the same for a terminal and for the documentation; and its JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.children import ROOT
from bench.conformance.client import Client
from bench.conformance.kit import Result
from bench.conformance.target import Profile
from bench.conformance.verdict import Outcome, Verdict

RESULTS = ROOT / "bench" / "results" / "conformance.json"
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- conformance: begin -->", "<!-- conformance: end -->"
SIGNS = {Outcome.OK: "✓", Outcome.FAILED: "✗", Outcome.NOT_APPLICABLE: "n/a"}

Tried = Mapping[str, Sequence[Result]]
"""The results of each subject."""


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of texts whose columns line up."""
    widths = [max(len(row[number]) for row in (head, *rows)) for number in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |"

    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|"
    return "\n".join([line(head), rule, *(line(row) for row in rows)])


def counted(results: Sequence[Result]) -> str:
    """How many passed of how many that apply."""
    outcomes = [result.verdict.outcome for result in results]
    applying = len(outcomes) - outcomes.count(Outcome.NOT_APPLICABLE)
    return f"{outcomes.count(Outcome.OK)} of {applying}" if applying else "n/a"


def groups_table(tried: Tried) -> str:
    """A row per group of checks and profile: passed, of those that apply."""
    known = {(result.check.profile, result.check.group): None for results in tried.values() for result in results}
    ordered = sorted(known, key=lambda key: list(Profile).index(key[0]))

    def row(name: str, fits: Any) -> list[str]:
        return [name, *(counted([one for one in results if fits(one.check)]) for results in tried.values())]

    rows = [
        row(_titled(profile, group), lambda check, key=(profile, group): (check.profile, check.group) == key)
        for profile, group in ordered
    ]
    rows.append(row("**any server of server-sent events**", lambda check: check.profile is Profile.SSE))
    rows.append(row("**our own contract**", lambda check: check.profile is Profile.CURAWAY))
    return markdown(["checks", *tried], rows)


def _titled(profile: Profile, group: str) -> str:
    return group if profile is Profile.SSE else f"{group}, our contract"


def failures_table(tried: Tried) -> str:
    """A row per check that anybody fails; empty when nobody does."""
    by_check = {result.check: result.check for results in tried.values() for result in results}
    rows = []
    for check in by_check:
        cells = [_cell(check, results) for results in tried.values()]
        if any(cell.startswith(SIGNS[Outcome.FAILED]) for cell in cells):
            rows.append([check.sentence.replace("|", "\\|"), check.source, *cells])
    return markdown(["what is checked", "source", *tried], rows) if rows else ""


def _cell(check: Any, results: Sequence[Result]) -> str:
    verdict = next((result.verdict for result in results if result.check is check), None)
    if verdict is None:
        return ""
    why = f" {verdict.why.replace('|', '/')[:90]}" if verdict.outcome is Outcome.FAILED else ""
    return f"{SIGNS[verdict.outcome]}{why}"


def clients_table(clients: Mapping[Client, Verdict], versions: Mapping[Client, str]) -> str:
    """A row per real client."""
    rows = [
        [client.name, versions[client], client.where, client.resumes, _said(verdict)]
        for client, verdict in clients.items()
    ]
    return markdown(["client", "version", "from", "comes back by", ""], rows)


def _said(verdict: Verdict) -> str:
    return f"{SIGNS[verdict.outcome]} {verdict.why[:160]}".strip()


def as_json(tried: Tried) -> dict[str, Any]:
    """Every check of every subject."""
    return {
        name: [
            {
                "group": check.group,
                "check": check.name,
                "sentence": check.sentence,
                "source": check.source,
                "profile": check.profile,
                "outcome": verdict.outcome,
                **({"why": verdict.why} if verdict.why else {}),
            }
            for check, verdict in results
        ]
        for name, results in tried.items()
    }


def heading(facts: Mapping[str, Any]) -> str:
    """What the tables are of: when, on which machine, of which revision, and how they are made again."""
    machine = facts["machine"]
    return (
        f"{facts['began']:.10}, {machine['processor']}, {machine['cores']} cores, revision {facts['revision']}; "
        f"it took {facts['seconds']} s. Again: `{facts['command']}`."
    )


def write_page(text: str, *, page: Path = PAGE) -> None:
    """Put the tables between the page's markers; raises ValueError when it has none."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name} lacks the markers {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
