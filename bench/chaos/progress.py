"""How far the run has come, from what the clients have noted so far."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bench.chaos.checks.vocabulary import STREAMED_AS
from bench.chaos.notes import Tail
from bench.chaos.viewer import Viewer


class Progress:
    """Follows the transcripts."""

    def __init__(self, notes: Path, viewers: list[Viewer]) -> None:
        self._tail = Tail(notes, "heard-*.jsonl")
        self._viewers = [viewer for viewer in viewers if viewer.allowed]
        self.cursors: dict[str, int] = {}
        self.said: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()

    def look(self) -> None:
        """Take in what was noted since the last look."""
        for one in self._tail.fresh():
            self.said[one["said"]] += 1
            if one["said"] == "done":
                self.reasons[one["reason"]] += 1
            if one["said"] in ("event", "connected") and one["position"] is not None:
                self.cursors[one["viewer"]] = one["position"]
            if one["said"] == "connected" and one["resumed"]:
                self.said["resumed"] += 1

    def unheard(self) -> int:
        """How many viewers have not heard anything yet."""
        return len({viewer.name for viewer in self._viewers} - self.cursors.keys())

    def behind(self, streams: dict[tuple[str, str], list[str]]) -> int:
        """How many viewers have not come to their patient's end; `streams`: patient → event types by position."""
        return sum(
            1
            for viewer in self._viewers
            if self.cursors.get(viewer.name, -1) < _last(viewer, streams.get((viewer.tenant, viewer.patient), []))
        )


def _last(viewer: Viewer, types: list[str]) -> int:
    """The last position that the viewer is owed."""
    wanted = [
        position
        for position, kind in enumerate(types, start=1)
        if not viewer.types or STREAMED_AS.get(kind) in viewer.types
    ]
    return max(wanted, default=0)
