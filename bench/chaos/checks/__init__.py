"""The checker: what the clients noted, against the tables. Nothing here imports anything of the server."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bench.chaos.checks.delivery import check_delivery
from bench.chaos.checks.effects import check_effects
from bench.chaos.checks.likeness import check_likeness
from bench.chaos.checks.mail import check_mail
from bench.chaos.checks.network import check_network
from bench.chaos.checks.order import check_order
from bench.chaos.checks.own import check_own
from bench.chaos.checks.record import check_record
from bench.chaos.checks.secrecy import check_secrecy
from bench.chaos.checks.table import Table
from bench.chaos.checks.violation import Violation
from bench.chaos.checks.writes import check_acts, check_transactions
from bench.chaos.viewer import Viewer

Note = dict[str, Any]


class Evidence(NamedTuple):
    """What a run has left: who listened, what they heard, what writers and the mailbox noted, and the tables.

    `harmful`: when the faults began and ended that took a web worker or the database, in seconds since 1970.
    `marks`: patient → the word that only this patient has. `begun`: the kinds of all faults that came; `network`: what
    the wire noted that it did.
    """

    viewers: Sequence[Viewer]
    heard: Sequence[Note]
    transactions: Sequence[Note]
    acts: Sequence[Note]
    mails: Sequence[Note]
    harmful: Sequence[tuple[float, float]]
    marks: Mapping[str, str]
    table: Table
    begun: Collection[str] = ()
    network: Sequence[Note] = ()


def check(found: Evidence) -> Iterator[Violation]:
    """Every broken promise."""
    yield from check_order(found.table)
    yield from check_delivery(found.viewers, found.heard, found.table)
    yield from check_likeness(found.heard)
    yield from check_secrecy(found.viewers, found.heard, found.table)
    yield from check_own(found.viewers, found.heard, found.acts, found.marks, found.table)
    yield from check_effects(found.table)
    yield from check_record(found.table.events)
    yield from check_transactions(found.transactions, found.table)
    yield from check_acts(found.acts, found.table)
    yield from check_mail(found.mails, found.harmful, found.table)
    yield from check_network(found.begun, found.network)
