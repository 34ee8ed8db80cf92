"""How what a source says joins what is known. A thought only: no clock, no database, no ids of its own.

- The same voice, later: what it says now replaces what it said; what it has said before is nothing new.
- Different voices: all are kept. Structured data is believed before documents, these before chat, and that
  before self-report; of equals the surer, then the later. The one believed is canonical: the one that is shown.
- That no allergy is known is never shown beside an allergy: the same voice's later allergy replaces it, and of
  different voices the allergy is believed, whoever tells it, and the denial kept and flagged.
- What contradicts all of the canonical ones (a document may say two things of one) is kept, and flagged.

Which is canonical, and what conflicts, depends on what is kept alone, not on the order in which it came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from patients.record.statements import Statement

BELIEVED: Mapping[str, int] = {"structured": 3, "document": 2, "chat": 1, "self_report": 0}


class Place(NamedTuple):
    """A kept statement's standing: whether it is shown, and the id of the one it contradicts."""

    canonical: bool
    conflict_with: str | None = None


class Conflict(NamedTuple):
    """Two statements that contradict each other; `kept` is the one that is shown."""

    kept: Statement
    other: Statement


class Merged(NamedTuple):
    """What has to be done: statements to insert, ids superseded by others, the standing of all that is kept."""

    added: tuple[Statement, ...]
    superseded: Mapping[str, str]
    places: Mapping[str, Place]
    conflicts: tuple[Conflict, ...]


def merge(known: Collection[Statement], told: Sequence[Statement]) -> Merged:
    """Take in what one source tells at one time. Telling it again changes nothing.

    `known` is everything of the patient that is not superseded; `told` are statements that don't agree with
    each other about anything (`statements.said`).
    """
    live = {statement.id: statement for statement in known}
    superseded: dict[str, str] = {}
    added: list[Statement] = []
    for statement in told:
        earlier = [before for before in known if before.id in live and _same_voice(before, statement)]
        if any(not statement.adds_to(before) for before in earlier):
            continue
        for before in (*earlier, *_denials_by(statement, live.values())):
            superseded[before.id] = statement.id
            del live[before.id]
        live[statement.id] = statement
        added.append(statement)
    places = arranged(list(live.values()))
    return Merged(tuple(added), superseded, places, _new_conflicts(arranged(known), places, live))


def arranged(statements: Collection[Statement]) -> dict[str, Place]:
    """The standing of each statement among all that are kept."""
    places: dict[str, Place] = {}
    for group in _groups(statements):
        believed = sorted(group, key=_belief, reverse=True)
        canonical = [statement for statement in believed if statement.origin == believed[0].origin]
        for statement in believed:
            conflicts = statement not in canonical and all(map(statement.contradicts, canonical))
            places[statement.id] = Place(statement in canonical, believed[0].id if conflicts else None)
    return places | _denied(statements, places)


def _denied(statements: Collection[Statement], places: Mapping[str, Place]) -> dict[str, Place]:
    """The standing of those that say there is no allergy, where one is known: the surest of these is shown instead."""
    denied: dict[str, Place] = {}
    for denial in statements:
        named = [other for other in statements if denial.denies(other) and places[other.id].canonical]
        if named:
            denied[denial.id] = Place(False, max(named, key=_belief).id)
    return denied


def _denials_by(statement: Statement, live: Iterable[Statement]) -> list[Statement]:
    """What the same voice said before of having no allergy, now that it names one."""
    same = [before for before in live if before.origin.voice == statement.origin.voice]
    return [before for before in same if before.denies(statement)]


def _groups(statements: Iterable[Statement]) -> Iterable[list[Statement]]:
    """Statements about the same thing. Of a paired organ, who names no side speaks of the side that others name,
    the first of them where they name several."""
    about: dict[Any, list[Statement]] = defaultdict(list)
    for statement in statements:
        about[statement.subject].append(statement)
    for same in about.values():
        sides = {statement.side for statement in same} - {""}
        default = min(sides, default="")
        for side in sides or {""}:
            yield [statement for statement in same if (statement.side or default) == side]


def _same_voice(before: Statement, statement: Statement) -> bool:
    sides = {before.side, statement.side} - {""}
    return before.origin.voice == statement.origin.voice and before.subject == statement.subject and len(sides) < 2


def _belief(statement: Statement) -> tuple[Any, ...]:
    return BELIEVED[statement.origin.source], statement.confidence, statement.recorded_at, statement.id


def _new_conflicts(
    before: Mapping[str, Place], after: Mapping[str, Place], live: Mapping[str, Statement]
) -> tuple[Conflict, ...]:
    known = {frozenset((id, place.conflict_with)) for id, place in before.items() if place.conflict_with}
    return tuple(
        Conflict(live[place.conflict_with], live[id])
        for id, place in after.items()
        if place.conflict_with and frozenset((id, place.conflict_with)) not in known
    )
