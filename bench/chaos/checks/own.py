"""What is told of a patient is their own: their words are in it, nobody else's, and only ids that are theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from bench.chaos.checks.table import Event, Table
from bench.chaos.checks.violation import Violation
from bench.chaos.checks.vocabulary import STREAMED_AS
from bench.chaos.digest import digest
from bench.chaos.viewer import Viewer

Note = Mapping[str, Any]
Owner = tuple[str, str | None]

IDS = ("document_id", "resource_id", "match_id", "message_id", "kept_resource_id", "other_resource_id")
LISTED = ("shown", "hidden", "settled")
"""Fields of payloads that name what belongs to one patient."""

APOLOGY = digest(
    "I am sorry, something went wrong on our side and I could not read your message. It is kept in this conversation; "
    "please send it again in other words."
)
"""What any message may be answered after a fault, a greeting too."""


def check_own(
    viewers: Iterable[Viewer], heard: Collection[Note], acts: Collection[Note], marks: Mapping[str, str], table: Table
) -> Iterator[Violation]:
    """`marks`: patient → the word that only this patient has."""
    known = {viewer.name: viewer for viewer in viewers}
    events = {event.id: event for event in table.events}
    greeted = {act["correlation"] for act in acts if act["act"] == "greet"}
    owners: dict[str, Owner] = {}
    yield from _owned(table, owners)
    for one in heard:
        viewer = known[one["viewer"]]
        if one["said"] == "connected":
            yield from _words(viewer, one, marks[viewer.patient], owed=True)
            yield from _state(viewer, one, owners)
        elif one["said"] == "event":
            event = events.get(one["event"])
            owed = event is not None and _names(event, greeted) and one["payload"].get("content") != APOLOGY
            yield from _words(viewer, one, marks[viewer.patient], owed=owed)
    displays = {one["event"]: one["payload"].get("display", "") for one in heard if one["said"] == "event"}
    yield from _said(acts, displays, table)


def _owned(table: Table, owners: dict[str, Owner]) -> Iterator[Violation]:
    """Fills `owners`: id → whose it is."""
    for event in table.events:
        whose = (event.tenant, event.patient)
        for name in _ids(event):
            if owners.setdefault(name, whose) != whose:
                yield Violation("what a fact names is its patient's own", f"{event.type} {event.id}: {name}")


def _ids(event: Event) -> Iterator[str]:
    said = event.payload
    yield from (said[field] for field in IDS if said.get(field))
    yield from (name for field in LISTED for name in said.get(field, ()))


def _names(event: Event, greeted: set[str]) -> bool:
    """Whether the event holds a file's name, or the patient's: in the welcome, and in the answer to a greeting."""
    if event.type == "agent_response_generated":
        return event.payload["message_id"].startswith("wel_") or event.correlation in greeted
    return STREAMED_AS.get(event.type) == "document_update"


def _words(viewer: Viewer, one: Note, own: str, *, owed: bool) -> Iterator[Violation]:
    what = f"{viewer.name}: {one['said']} at position {one['position']}"
    if set(one["marks"]) - {own}:
        yield Violation("nobody is told the words of anyone else", what)
    if owed and own not in one["marks"]:
        yield Violation("a patient's own words are told", what)


def _state(viewer: Viewer, one: Note, owners: Mapping[str, Owner]) -> Iterator[Violation]:
    if one["at_position"] != one["head"]:
        yield Violation("a state is of the head it comes with", f"{viewer.name}: {one['at_position']} of {one['head']}")
    foreign = [name for name in one["names"] if owners.get(name) != (viewer.tenant, viewer.patient)]
    if foreign:
        yield Violation("a state names only what is its patient's own", f"{viewer.name}: {', '.join(foreign[:5])}")


def _said(acts: Iterable[Note], displays: Mapping[str, str], table: Table) -> Iterator[Violation]:
    """What was told of each document that was analyzed is what its paper says; `displays`: event → what was heard."""
    told: dict[str, Counter[str]] = {}
    for event in table.events:
        if event.type == "document_analyzed":
            told.setdefault(event.payload["document_id"], Counter())
        elif event.type == "fhir_resource_created" and event.id in displays:
            told.setdefault(str(event.payload["document_id"]), Counter())[displays[event.id]] += 1
    for act in acts:
        if "displays" in act and told.get(act["document"]) not in (None, Counter(act["displays"])):
            yield Violation("what a document says is told of it", act["document"])
