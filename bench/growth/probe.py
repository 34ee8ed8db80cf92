"""Does what it is asked in the log it was given, and prints the milliseconds it took: a program of `bench.growth`.

A line is the name of a measure; with ` plans` behind it the answer is the plans of its statements, as a JSON text.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench.contenders.contender import patient_id
from bench.event import EVENT_TYPE, TENANT, correlation_id, payload

MEASURES = {
    "emit": "recording an event, committed",
    "resume": "a resumed stream's snapshot and its 50 missed events",
    "admin-list": "the admin's first page of events",
    "admin-patient": "the admin's search for a patient",
    "admin-correlation": "the admin's search for a correlation id",
}
MISSED = 50
OF_THE_LOG = re.compile(r'\b(?:FROM|JOIN|INTO) "?events"?\b')
LIST = "/admin/events/event/"


class Deeds:
    """One of each measure; every call does it once."""

    def __init__(self) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curaway.settings")
        import django

        django.setup(set_prefix=False)
        from django.conf import settings
        from django.contrib.auth.models import User
        from django.test import Client

        settings.ALLOWED_HOSTS = ["*"]
        self._admin = Client(headers={"X-Forwarded-Proto": "https"})
        self._admin.force_login(User.objects.create_superuser("growth"))
        self._turns = itertools.count()

    def emit(self) -> None:
        from events.emit import emit_event

        turn = next(self._turns)
        patient = patient_id(turn % 4)
        emit_event(EVENT_TYPE, TENANT, patient, payload(patient), "user_bench", correlation_id(turn))

    def resume(self) -> None:
        from events import log
        from events.log import Cursor, StreamKey
        from patients import live

        key = StreamKey(TENANT, patient_id(5))
        head = live.snapshot(key).position
        log.read([Cursor(key, max(0, head - MISSED))])

    def admin_list(self) -> None:
        self._get(LIST)

    def admin_patient(self) -> None:
        self._get(f"{LIST}?q={patient_id(5)}")

    def admin_correlation(self) -> None:
        self._get(f"{LIST}?q=grown-777")

    def _get(self, path: str) -> None:
        answer = self._admin.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")


def plans(deed: Callable[[], None]) -> str:
    """What Postgres did for each statement of the deed that reads or writes the log."""
    from django.db import connection, transaction

    with _statements() as said:
        deed()
    told: list[str] = []
    for sql, parameters in said:
        if sql.split()[0] == "INSERT":
            # The row is there already; it is written once more, and taken back.
            parameters = {**parameters, "id": uuid.uuid4()}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", parameters)
            told.append("\n".join(["-- " + " ".join(sql.split())[:300], *(row[0] for row in cursor.fetchall())]))
            transaction.set_rollback(True)
    return "\n\n".join(told) + "\n"


@contextmanager
def _statements() -> Iterator[list[tuple[str, Any]]]:
    from django.db import connection

    said: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: Any, parameters: Any, many: bool, context: Any) -> Any:
        if isinstance(sql, str) and OF_THE_LOG.search(sql):
            said.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(listen):
        yield said


def main() -> None:
    deeds = Deeds()
    for line in sys.stdin:
        name, _, wanted = line.strip().partition(" ")
        deed: Callable[[], None] = getattr(deeds, name.replace("-", "_"))
        if wanted:
            print(json.dumps(plans(deed)), flush=True)
            continue
        began = time.perf_counter()
        deed()
        print(1000 * (time.perf_counter() - began), flush=True)


if __name__ == "__main__":
    main()
