"""What is noted of a `connected` frame's state, which is the patient's whole record: nothing of what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench.chaos.digest import digest
from bench.chaos.marks import marks_in


def noted(state: Mapping[str, Any]) -> dict[str, Any]:
    """A name of its content, the position it is of, whose marks are in it, and the ids it names.

    What is being processed is left out of the name: a message that waits for its answer has no position.
    """
    return {
        "state": digest({name: value for name, value in state.items() if name != "processing"}),
        "at_position": state.get("position"),
        "marks": marks_in(state),
        "names": sorted(set(_ids(state))),
    }


def _ids(state: Mapping[str, Any]) -> Iterator[str]:
    lists = [value for value in state.values() if isinstance(value, list)]
    for entry in (*(entry for entries in lists for entry in entries), state.get("match") or {}):
        yield from (entry[name] for name in ("id", "source_id") if entry.get(name))
