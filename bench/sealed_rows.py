"""Events of our own log, many at once, their protected fields sealed as `emit_event` seals them: a program of
`bench.contenders.ours`. JSON commands in, JSON answers out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import django

from bench.contenders.contender import patient_id
from bench.event import EVENT_TYPE, TENANT, correlation_id, payload

COPY_SQL = """
COPY events (id, event_type, tenant_id, patient_id, payload, correlation_id, source_service) FROM STDIN
"""


def add(patients: Iterable[int], *, each: int, first_nonce: int, fields: Collection[str] | None = None) -> int:
    """So many events for each of these patients, who take turns, told to nobody; how many that were.

    `fields` are sealed; None: those that the registry protects.
    """
    from django.db import connection

    connection.ensure_connection()
    whose = [patient_id(number) for number in patients]
    rows = list(_rows(whose, each=each, first_nonce=first_nonce, fields=_protected() if fields is None else fields))
    with connection.connection.cursor() as cursor, cursor.copy(COPY_SQL) as copy:
        for row in rows:
            copy.write_row(row)
    # What the bench counts are the server's connections.
    connection.close()
    return len(rows)


def _protected() -> Collection[str]:
    from events.registry import REGISTRY

    return REGISTRY[EVENT_TYPE].phi_fields()


def _rows(whose: list[str], *, each: int, first_nonce: int, fields: Collection[str]) -> Iterator[tuple[Any, ...]]:
    from events.models import new_id
    from events.sealing import keys
    from events.sealing.payload import Place, sealed

    for turn in range(each):
        for number, patient in enumerate(whose):
            event_id = new_id()
            cipher = keys.for_sealing(TENANT, patient).cipher
            body = sealed(payload(patient), frozenset(fields), Place(TENANT, patient, event_id), cipher)
            nonce = first_nonce + turn * len(whose) + number
            yield event_id, EVENT_TYPE, TENANT, patient, json.dumps(body), correlation_id(nonce), "curaway"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curaway.settings")
    django.setup(set_prefix=False)
    for line in sys.stdin:
        sys.stdout.write(json.dumps({"added": add(**json.loads(line))}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
