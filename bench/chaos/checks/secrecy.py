"""Nothing reached anyone else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bench.chaos.checks.table import Table
from bench.chaos.checks.violation import Violation
from bench.chaos.viewer import Viewer

REFUSALS = frozenset({401, 403, 404})
TELLING = frozenset({"connected", "event", "page"})


def check_secrecy(viewers: Iterable[Viewer], heard: Iterable[dict[str, Any]], table: Table) -> Iterator[Violation]:
    """Whoever was told of somebody they do not listen to, or was let in without a right to it."""
    known = {viewer.name: viewer for viewer in viewers}
    owners = {event.id: (event.tenant, event.patient) for event in table.events}
    refused: set[str] = set()
    for one in heard:
        viewer = known[one["viewer"]]
        if one["said"] in TELLING:
            yield from _told(viewer, one, owners)
        elif one["said"] == "refused" and one["status"] in REFUSALS:
            refused.add(viewer.name)
    for viewer in known.values():
        if viewer.allowed == (viewer.name in refused):
            yield _wrongly_refused(viewer)


def _told(viewer: Viewer, one: dict[str, Any], owners: dict[str, Any]) -> Iterator[Violation]:
    theirs = (viewer.tenant, viewer.patient)
    if not viewer.allowed:
        yield Violation("who may not listen hears nothing", f"{viewer.name} was told {one['said']}")
    if one["said"] == "event" and owners.get(one["event"], theirs) != theirs:
        yield Violation("nobody hears of anyone else", f"{viewer.name} was told event {one['event']}")
    if one["said"] == "connected" and one["patient_id"] != viewer.patient:
        yield Violation("nobody hears of anyone else", f"{viewer.name} was given another patient's state")


def _wrongly_refused(viewer: Viewer) -> Violation:
    if viewer.allowed:
        return Violation("who may listen is let in", f"{viewer.name} was refused")
    return Violation("who may not listen is refused", f"{viewer.name} never was: it proves nothing")
