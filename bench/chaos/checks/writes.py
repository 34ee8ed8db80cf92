"""What writers were told is true: what was answered or committed is in the log once, what was rolled back is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from bench.chaos.checks.table import Table
from bench.chaos.checks.violation import Violation

Note = dict[str, Any]

LEAVES = {
    "consent": ("consent_granted", "consent_revoked"),
    "chat": ("chat_message_sent",),
    "greet": ("chat_message_sent",),
    "confirm": ("document_uploaded",),
    "match": ("match_requested",),
}
"""Act → the facts of which it leaves exactly one, under its correlation id."""


def check_transactions(notes: Iterable[Note], table: Table) -> Iterator[Violation]:
    """Transactions of the writers: all or nothing, as they were told."""
    found = Counter(event.correlation for event in table.events)
    begun: dict[str, int] = {}
    outcomes: dict[str, str] = {}
    for note in notes:
        if note["said"] == "begun":
            begun[note["correlation"]] = note["events"]
        else:
            outcomes[note["correlation"]] = note["said"]
    for correlation, events in begun.items():
        there = found[correlation]
        rule = _broken(outcomes.get(correlation, "unknown"), there, events)
        if rule:
            yield Violation(rule, f"{correlation}: {there} of {events} events")


def _broken(outcome: str, there: int, events: int) -> str:
    """The rule that is broken when so many of so many events are there; empty when none is."""
    if outcome == "committed" and there != events:
        return "what was committed is in the log"
    if outcome == "rolled back" and there:
        return "what was rolled back never was"
    return "" if there in (0, events) else "a transaction is whole"


def check_acts(notes: Iterable[Note], table: Table) -> Iterator[Violation]:
    """Acts over HTTP, sent again and again under one key: one effect when they were answered, at most one else."""
    found = Counter((event.correlation, event.type) for event in table.events)
    acts: dict[str, Note] = {}
    for note in notes:
        acts[note["correlation"]] = {**acts.get(note["correlation"], {}), **note}
    for correlation, act in acts.items():
        effects = sum(found[correlation, kind] for kind in LEAVES.get(act["act"], ()))
        status = act.get("status", 0)
        if status >= 400:
            yield Violation("who asks for what is right is not refused", f"{act['act']} {correlation}: {status}")
        if effects > 1:
            yield Violation("one effect for any number of requests", f"{act['act']} {correlation}: {effects}")
        if 200 <= status < 300 and act["act"] in LEAVES and not _is_there(act, effects, table):
            yield Violation("what was answered is in the log", f"{act['act']} {correlation}")


def _is_there(act: Note, effects: int, table: Table) -> bool:
    """A match that was asked for while another one was being made is that other one."""
    if act["act"] == "match":
        return act.get("record") in table.matches
    return effects == 1
