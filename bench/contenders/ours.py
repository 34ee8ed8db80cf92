"""This project's server, as it runs in production: one process, real tokens, the record's state at every opening."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from bench.children import ROOT, ProgramDied, Talking, last_words
from bench.contenders.contender import HOST, PREPARE_SECONDS, Contender, patient_id
from bench.event import EVENT_TYPE, PAYLOAD_SQL, TENANT, correlation_id, payload
from curaway.local.issuer import ISSUER, LocalIssuer

TOKEN_SECONDS = 3600
UNLIKE_PRODUCTION = {
    "SSE_LIFETIME_SECONDS": "86400",
    "SSE_MAX_STREAMS": "20000",
    "SSE_MAX_STREAMS_PER_PATIENT": "20000",
    "RATE_LIMIT_WRITES": "0",
    "LOG_LEVEL": "WARNING",
}
"""Other than in production: no stream ends by itself, nobody is refused for being one of thousands, less is logged."""

READ_AGAIN = 50
"""How many of a long history are sealed: those that whoever resumes has missed."""


class Ours(Contender):
    name = "ours"
    about = "this project: authorised by token, state in the first frame, positions without holes, resumable"
    ids = "positions"

    def prepare(self, patients: int) -> None:
        self.cluster.create(self.database)
        self.log.write_bytes(b"")
        self._manage("manage.py", "migrate", "--no-input")
        self._manage("-m", "bench.seeding", str(patients))

    def _manage(self, *arguments: str) -> None:
        with self.log.open("ab") as log:
            command = [self.python, *arguments]
            environ = {**os.environ, **self.environment()}
            done = subprocess.run(command, cwd=ROOT, env=environ, stdout=log, stderr=log, timeout=PREPARE_SECONDS)
        if done.returncode:
            raise ProgramDied(last_words(self.log))

    @cached_property
    def _issuer(self) -> LocalIssuer:
        return LocalIssuer(self.folder / "ours")

    @cached_property
    def _secrets(self) -> Mapping[str, str]:
        names = ("SECRET_KEY", "QSTASH_TOKEN", "QSTASH_CURRENT_SIGNING_KEY")
        master_key = b64encode(secrets.token_bytes(32)).decode()
        return {"PHI_MASTER_KEYS": master_key, **{name: secrets.token_hex(32) for name in names}}

    def command(self) -> Sequence[str | Path]:
        return self.uvicorn("curaway.asgi:application")

    def environment(self) -> Mapping[str, str]:
        """Production's settings: DEBUG off, nothing of a checkout's `.env` in force that changes a figure."""
        return {
            **self._secrets,
            "DEBUG": "off",
            "DATABASE_URL": self.dsn,
            "DATA_DIR": str(self.folder / "ours"),
            "PORT": str(self.port),
            "PUBLIC_BASE_URL": f"http://{HOST}:{self.port}",
            "ALLOWED_HOSTS": HOST,
            "CLERK_JWT_KEY": self._issuer.public_key_pem,
            "CLERK_ISSUER": ISSUER,
            "QSTASH_URL": f"http://{HOST}:9",
            **UNLIKE_PRODUCTION,
        }

    def probe(self) -> str:
        return "/ready"

    def path(self, patient: int) -> str:
        return f"/api/v1/patients/{patient_id(patient)}/events/stream?follow=true"

    def headers(self, patient: int) -> Mapping[str, str]:
        # A token of its own for every opening, as a browser fetches one for every attempt.
        token = self._issuer.token(f"user_{patient_id(patient)}", expires_in=TOKEN_SECONDS)
        return {"Authorization": f"Bearer {token}", "X-Tenant-ID": TENANT}

    def positions(self, patients: int) -> list[str]:
        known = "SELECT patient_id, position FROM events_streamhead"
        heads = dict(self.cluster.run(known, database=self.database))
        return [str(heads.get(patient_id(number), 0)) for number in range(patients)]

    def add_events(self, *, patients: int, each: int, first_nonce: int) -> None:
        self.add_events_of(range(patients), each=each, first_nonce=first_nonce)

    def add_events_of(
        self, patients: Iterable[int], *, each: int, first_nonce: int, sealing: Sequence[str] | None = None
    ) -> None:
        """Events of these patients, told to nobody; `sealing` names the fields, None: as they are recorded."""
        self._sealer.ask(patients=list(patients), each=each, first_nonce=first_nonce, fields=sealing)

    @cached_property
    def _sealer(self) -> Talking:
        return Talking("bench.sealed_rows", log=self.log, environ=self.environment())

    def stop(self) -> None:
        super().stop()
        if sealer := self.__dict__.pop("_sealer", None):
            sealer.stop()

    def tell(self, *, patients: int) -> None:
        self.cluster.run(TELL_SQL, patient_id(patients), database=self.database)

    def add_history(self, *, patient: int, rows: int) -> None:
        """Rows as the triggers would have written them; one by one through the trigger, a million in one
        transaction would be a million versions of the head's row."""
        with self.cluster.connect(self.database) as connection, connection.transaction():
            connection.execute("ALTER TABLE events DISABLE TRIGGER events_take_position")
            connection.execute(HISTORY_SQL, [EVENT_TYPE, TENANT, patient_id(patient), rows - READ_AGAIN])
            connection.execute("ALTER TABLE events ENABLE TRIGGER events_take_position")
            head = "INSERT INTO events_streamhead (tenant_id, patient_id, position) VALUES (%s, %s, %s)"
            connection.execute(head, [TENANT, patient_id(patient), rows - READ_AGAIN])
        self._sealer.ask(patients=[patient], each=READ_AGAIN, first_nonce=rows - READ_AGAIN + 1)
        self.cluster.run("ANALYZE events", database=self.database)


TELL_SQL = """
SELECT pg_notify('curaway_events', json_build_array('Grown', tenant_id, patient_id, position)::text)
FROM events_streamhead WHERE patient_id < %s ORDER BY patient_id
"""
HISTORY_SQL = f"""
INSERT INTO events (event_type, tenant_id, patient_id, payload, correlation_id, source_service, created_at, position)
SELECT %s, %s, patient, {PAYLOAD_SQL.format(patient="patient")}, 'bench-' || number, 'curaway',
       now() - interval '1 year' + number * interval '10 seconds', number
FROM (SELECT %s AS patient) AS named, generate_series(1, %s) AS number
"""


class Writer:
    """An application's process that records facts: `emit_event`."""

    def __init__(self) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curaway.settings")
        import django

        django.setup(set_prefix=False)
        from django.db import transaction

        from events.emit import emit_event

        self._emit, self._transaction = emit_event, transaction

    def publish(self, patient: str, nonce: int) -> float:
        """Record the event in a service's transaction; returns when it was committed, before the bell."""
        committed: list[float] = []
        with self._transaction.atomic():
            self._transaction.on_commit(lambda: committed.append(time.monotonic()))
            self._emit(EVENT_TYPE, TENANT, patient, payload(patient), "user_bench", correlation_id(nonce))
        return committed[0]

    def record(self, patient: str, nonce: int) -> None:
        """Record the event, as fast as the application can."""
        self._emit(EVENT_TYPE, TENANT, patient, payload(patient), "user_bench", correlation_id(nonce))


class BareWriter(Writer):
    """The same row in the same table by Django alone: nothing is validated, and nobody is told."""

    def record(self, patient: str, nonce: int) -> None:
        from events.models import Event

        Event.objects.create(
            event_type=EVENT_TYPE,
            tenant_id=TENANT,
            patient_id=patient,
            payload=payload(patient),
            actor_id="user_bench",
            correlation_id=correlation_id(nonce),
            source_service="curaway",
        )
