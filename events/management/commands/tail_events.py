"""`manage.py tail_events`: follow the log in a terminal."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, close_old_connections
from django.db.models import Q, QuerySet

from events.audit import audit_sentence
from events.grammar import REGISTRY
from events.models import Event

COLOURS = {
    "document_update": "36",
    "ehr_update": "35",
    "intake_progress": "32",
    "match_progress": "33",
    "agent_response": "34",
}


class Command(BaseCommand):
    help = "Print events as they are recorded, newest last: ids, types and audit sentences, never protected fields."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", help="Only this tenant's.")
        parser.add_argument("--patient", help="Only this patient's.")
        parser.add_argument(
            "--type",
            action="append",
            choices=[str(name) for name in REGISTRY],
            metavar="TYPE",
            help="Only this type; may be repeated.",
        )
        parser.add_argument("--correlation-id", help="Only what this request caused.")
        parser.add_argument(
            "--last", type=int, default=10, metavar="N", help="Begin with the last N; default: %(default)s."
        )
        parser.add_argument("--no-follow", action="store_true", help="Print them and stop.")
        parser.add_argument(
            "--every",
            type=float,
            default=1.0,
            metavar="S",
            help="Seconds between looks; default: %(default)s.",
        )

    def handle(self, **options: Any) -> None:
        if options["last"] < 0 or options["every"] <= 0:
            raise CommandError("--last must not be negative and --every must be above 0.")
        events = _chosen(options)
        try:
            # What is older than the last N was not asked for; looked at first, so that nothing is missed meanwhile.
            since = events.order_by("-created_at").values_list("created_at", flat=True).first()
            known = {event.id for event in _since(events, since)} if since else set()
            seen = self._print(list(events.order_by("-created_at", "-id")[: options["last"]])[::-1], known)
            if not options["no_follow"]:
                self._follow(events, seen, since, options["every"])
        except KeyboardInterrupt:
            self.stdout.write("")

    def _follow(self, events: QuerySet[Event], seen: set[Any], since: datetime | None, every: float) -> None:
        while True:
            time.sleep(every)
            try:
                close_old_connections()
                fresh = _since(events, since)
            except Error:
                self.stderr.write("The database does not answer; trying again.")
                continue
            seen = self._print([event for event in fresh if event.id not in seen], {event.id for event in fresh})
            since = fresh[-1].created_at if fresh else since

    def _print(self, events: list[Event], seen: set[Any]) -> set[Any]:
        for event in events:
            self.stdout.write(self._line(event))
        return seen | {event.id for event in events}

    def _line(self, event: Event) -> str:
        position = "-" if event.position is None else f"#{event.position}"
        line = (
            f"{event.created_at:%H:%M:%S.%f}"[:12]
            + f"  {event.tenant_id}/{event.patient_id or '-'}  {position:>6}  {event.event_type}  "
            f"{event.actor_id or '-'} {audit_sentence(event)}  [{event.correlation_id}]"
        )
        kind = REGISTRY.get(event.event_type)
        colour = COLOURS.get(str(kind.streams_as)) if kind else None
        return f"\033[{colour}m{line}\033[0m" if colour and self.stdout.isatty() else line


def _chosen(options: dict[str, Any]) -> QuerySet[Event]:
    wanted = Q()
    for option, column in (
        ("tenant", "tenant_id"),
        ("patient", "patient_id"),
        ("correlation_id", "correlation_id"),
    ):
        if options[option]:
            wanted &= Q(**{column: options[option]})
    if options["type"]:
        wanted &= Q(event_type__in=options["type"])
    return Event.objects.filter(wanted)


def _since(events: QuerySet[Event], since: datetime | None) -> list[Event]:
    """Events from a little before the last one seen: a transaction may commit after a later one was printed."""
    if since is not None:
        from datetime import timedelta

        events = events.filter(created_at__gte=since - timedelta(seconds=10))
    return list(events.order_by("created_at", "id"))
