"""Tables in Markdown: the same text for a terminal and for the documentation."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.measures.measure import Measure
from bench.results import MISSING, Cell, Results
from bench.targets import Verdict

BOUND = "†"
WRITER_BOUND = "‡"
FAILED = "✗"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose columns line up; the first is text, the others are figures."""
    widths = [max(len(row[number]) for row in (head, *rows)) for number in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        first, *others = (
            cell.ljust(width) if not number else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return f"| {' | '.join([first, *others])} |"

    rule = "|" + "|".join(f"-{'-' * width}{':' if number else '-'}" for number, width in enumerate(widths)) + "|"
    return "\n".join([line(head), rule, *(line(row) for row in rows)])


def figures(results: Results, measures: Sequence[Measure], contenders: Sequence[str]) -> str:
    """A row per measure that anybody was measured in, a column per contender."""
    rows = [
        [measure.label, *(shown(results.cell(measure.key, name), measure.digits) for name in contenders)]
        for measure in measures
    ]
    return markdown(["", *contenders], [row for row in rows if any(cell != MISSING for cell in row[1:])])


def shown(cell: Cell, digits: int) -> str:
    """A cell's median, marked when the client or the publisher was the limit; a cross when the contender failed."""
    if cell.failed:
        return FAILED
    if not cell.rounds or math.isnan(cell.value):
        return MISSING
    return f"{cell.value:,.{digits}f}{BOUND * cell.client_bound}{WRITER_BOUND * cell.writer_bound}"


def verdicts(judged: Sequence[Verdict]) -> str:
    return markdown(["promise", "measured", ""], [list(verdict) for verdict in judged])


def remarks(results: Results, measures: Sequence[Measure], contenders: Sequence[str]) -> str:
    """Why a figure is missing or was measured with fewer streams, once per contender and reason."""
    said: dict[str, list[str]] = {}
    for name in contenders:
        for measure in measures:
            cell = results.cell(measure.key, name)
            reason = cell.failed or (cell.note if cell.note.startswith("with ") else "")
            if reason:
                said.setdefault(f"**{name}**, {reason}", []).append(measure.label)
    return "\n".join(f"- {reason} ({_few(labels)})" for reason, labels in said.items())


def _few(labels: Sequence[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{labels[0]}, and {len(labels) - 1} more"
