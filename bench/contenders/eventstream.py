"""django-eventstream with its database storage.

Without Redis or a GRIP proxy an event reaches only the listeners of the process that sends it. So here the events
that are to be heard are sent by a view of the server's own process; a writer elsewhere would be heard by nobody.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, ClassVar

from bench.children import PEERS_PYTHON, ROOT, ProgramDied, last_words
from bench.contenders.contender import HOST, PREPARE_SECONDS, Absent, Contender, patient_id
from bench.contenders.plain_site import set_up
from bench.event import EVENT_TYPE, PAYLOAD_SQL, STREAMED_AS, whole_event

ANSWER_SECONDS = 20.0
SETTINGS: dict[str, Any] = {
    "INSTALLED_APPS": ["django.contrib.auth", "django.contrib.contenttypes", "django_eventstream"],
    "EVENTSTREAM_STORAGE_CLASS": "django_eventstream.storage.DjangoModelStorage",
    "ROOT_URLCONF": __name__,
}


class Eventstream(Contender):
    name = "eventstream"
    about = "django-eventstream 5.3, database storage; heard only when sent in the server's own process"
    python: ClassVar[Path] = PEERS_PYTHON
    flood_at_most = 1
    published_singly = True

    def prepare(self, patients: int) -> None:
        if not PEERS_PYTHON.exists():
            raise Absent("its packages are not installed: run it by `make bench`")
        self.cluster.create(self.database)
        environ = {**os.environ, **self.environment()}
        command = [self.python, "-m", "bench.contenders.eventstream"]
        with self.log.open("wb") as log:
            done = subprocess.run(command, cwd=ROOT, env=environ, stdout=log, stderr=log, timeout=PREPARE_SECONDS)
        if done.returncode:
            raise ProgramDied(last_words(self.log))

    def last_event_id(self, patient: int, position: str) -> str:
        return f"{patient_id(patient)}:{position}"

    def begin_streams(self, *, patients: int, first_nonce: int) -> None:
        with self.cluster.connect(self.database) as connection:
            connection.execute(COUNTERS_SQL, {"patients": patients})

    def positions(self, patients: int) -> list[str]:
        known = dict(
            self.cluster.run("SELECT name, value FROM django_eventstream_eventcounter", database=self.database)
        )
        return [str(known.get(patient_id(number), 0)) for number in range(patients)]

    def add_events(self, *, patients: int, each: int, first_nonce: int) -> None:
        values = {"patients": patients, "each": each, "nonce": first_nonce}
        with self.cluster.connect(self.database) as connection:
            connection.execute(ADD_SQL, values)

    def flood(self, *, patients: int, first_nonce: int) -> float:
        """Nobody can be told from outside: every event is sent by the server's own view."""
        server = HTTPConnection(HOST, self.port, timeout=ANSWER_SECONDS)
        began = time.monotonic()
        for number in range(patients):
            server.request("POST", f"/patients/{patient_id(number)}/publish/{first_nonce + number}")
            server.getresponse().read()
        return began


COUNTERS_SQL = """
WITH patient AS (
    SELECT 'pat-' || lpad(number::text, 5, '0') AS name FROM generate_series(0, %(patients)s - 1) AS number
), new AS (
    INSERT INTO django_eventstream_eventcounter (name, value, updated) SELECT name, 0, now() FROM patient
    ON CONFLICT DO NOTHING RETURNING name
)
INSERT INTO django_eventstream_event (channel, type, data, eid, created) SELECT name, '', '', 0, now() FROM new
"""
ADD_SQL = f"""
WITH grown AS (
    UPDATE django_eventstream_eventcounter SET value = value + %(each)s, updated = now()
    WHERE name < 'pat-' || lpad(%(patients)s::text, 5, '0') RETURNING name, value
)
INSERT INTO django_eventstream_event (channel, type, data, eid, created)
SELECT name, '{STREAMED_AS}', to_jsonb(jsonb_build_object(
           'position', value - %(each)s + turn, 'event_id', gen_random_uuid(), 'event_type', '{EVENT_TYPE}',
           'occurred_at', now(),
           'correlation_id', 'bench-' || (%(nonce)s + right(name, 5)::int + (turn - 1) * %(patients)s),
           'payload', {PAYLOAD_SQL.format(patient="name")})::text)::text,
       value - %(each)s + turn, now()
FROM grown, generate_series(1, %(each)s) AS turn
"""


class Writer:
    """`publish` asks the server to send the event; `record` sends it here, where nobody listens."""

    def __init__(self) -> None:
        self._server: HTTPConnection | None = None
        set_up(**SETTINGS)
        from django_eventstream import send_event

        self._send = send_event

    def publish(self, patient: str, nonce: int) -> float:
        self._server = self._server or HTTPConnection(HOST, int(os.environ["BENCH_PORT"]), timeout=ANSWER_SECONDS)
        self._server.request("POST", f"/patients/{patient}/publish/{nonce}")
        return float(json.loads(self._server.getresponse().read())["committed"])

    def record(self, patient: str, nonce: int) -> None:
        self._send(patient, STREAMED_AS, whole_event(patient, nonce))


urlpatterns: list[Any] = []


def application() -> Any:
    set_up(**SETTINGS)
    import django_eventstream
    from django.core.asgi import get_asgi_application
    from django.http import HttpRequest, JsonResponse
    from django.urls import include, path
    from django_eventstream.storage import DjangoModelStorage

    stored: list[float] = []
    append = DjangoModelStorage.append_event

    def append_event(self: Any, *what: Any) -> Any:
        """Its own, and the time at which it had committed: after that it tells its listeners."""
        kept = append(self, *what)
        stored.append(time.monotonic())
        return kept

    DjangoModelStorage.append_event = append_event

    def publish(request: HttpRequest, patient_id: str, nonce: int) -> JsonResponse:
        django_eventstream.send_event(patient_id, STREAMED_AS, whole_event(patient_id, nonce))
        return JsonResponse({"committed": stored.pop()})

    channels: Mapping[str, Any] = {"format-channels": ["{patient_id}"]}
    urlpatterns.append(path("patients/<patient_id>/stream", include(django_eventstream.urls), channels))
    urlpatterns.append(path("patients/<patient_id>/publish/<int:nonce>", publish))
    return get_asgi_application()


if __name__ == "__main__":
    set_up(**SETTINGS)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    sys.exit(0)
