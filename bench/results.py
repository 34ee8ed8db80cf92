"""What was measured, by measure and contender."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bench.statistics import median, spread

CLIENT_BOUND_SHARE = 0.9
MISSING = "-"
"""Where there is no figure."""


@dataclass
class Cell:
    """One measure of one contender: a figure per round; or why there is none."""

    rounds: list[float] = field(default_factory=list)
    client_shares: list[float] = field(default_factory=list)
    """Of each round: how much of a core the client used while it was measured."""
    writer_bound: bool = False
    """Whoever published was the limit, not the server."""
    note: str = ""
    failed: str = ""

    @property
    def value(self) -> float:
        return median(self.rounds)

    @property
    def client_bound(self) -> bool:
        """The client was the limit, not the server: the true figure may be better."""
        return median(self.client_shares) > CLIENT_BOUND_SHARE

    def as_json(self) -> dict[str, Any]:
        facts: dict[str, Any] = {"value": self.value if self.rounds else None, "rounds": self.rounds}
        if len(self.rounds) > 1 and self.value:
            facts["spread"] = spread(self.rounds)
        if self.client_shares:
            facts |= {"client_share": median(self.client_shares), "client_bound": self.client_bound}
        if self.writer_bound:
            facts["writer_bound"] = True
        return facts | {name: text for name in ("note", "failed") if (text := getattr(self, name))}


class Results:
    """Cells, made as they are asked for."""

    def __init__(self) -> None:
        self._cells: dict[tuple[str, str], Cell] = {}

    def cell(self, measure: str, contender: str) -> Cell:
        return self._cells.setdefault((measure, contender), Cell())

    def add(self, measure: str, contender: str, value: float, *, client_share: float | None = None) -> None:
        """One round's figure."""
        cell = self.cell(measure, contender)
        cell.rounds.append(value)
        if client_share is not None:
            cell.client_shares.append(client_share)

    def fail(self, measure: str, contender: str, why: str) -> None:
        self.cell(measure, contender).failed = why

    def note(self, measure: str, contender: str, note: str) -> None:
        self.cell(measure, contender).note = note

    def paired(self, one: tuple[str, str], other: tuple[str, str]) -> float:
        """The median of the rounds' ratios, one / other, which took turns; NaN when one was not measured.

        Each is a measure and a contender."""
        pairs = zip(self.cell(*one).rounds, self.cell(*other).rounds, strict=False)
        return median([mine / theirs for mine, theirs in pairs])

    def value(self, measure: str, contender: str) -> float:
        """The median of the rounds; NaN when it was not measured."""
        return self.cell(measure, contender).value

    def as_json(self) -> dict[str, dict[str, Any]]:
        """measure → contender → cell."""
        found: dict[str, dict[str, Any]] = {}
        for (measure, contender), cell in self._cells.items():
            found.setdefault(measure, {})[contender] = cell.as_json()
        return found
