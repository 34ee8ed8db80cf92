"""The server with faults that the checker has to find: `uvicorn tests.bench.faulty_server:application`."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from curaway.asgi import application
from events.log import StreamKey
from events.sealing.payload import Opener
from patients import api_stream, live
from patients.models import Patient
from patients.record import extraction

__all__ = ["application"]

keep, snapshot_for, answer, opened = extraction.keep, live.snapshot_for, api_stream._answer, Opener._opened


def keep_twice(patient: Patient, *told: Any, **how: Any) -> None:
    """One effect becomes two."""
    keep(patient, *told, **how)
    keep(patient, *told, **how)
    _forge(patient)


def _forge(patient: Patient) -> None:
    """The patient's first fact is somebody else's doing, as the owner of the database can make it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE events SET actor_id = 'forged' WHERE patient_id = %s AND link = 1", [patient.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")


def snapshot_of_another(caller: Any, patient: Patient) -> live.Snapshot:
    """A stream begins with another patient's state."""
    other = _another(patient.pk)
    foreign = live.snapshot(StreamKey(other.tenant_id, other.pk))
    return snapshot_for(caller, patient)._replace(summary=foreign.summary)


def answer_from_elsewhere(*read: Any) -> dict[str, Any]:
    """A page goes on where there is nothing."""
    return {**answer(*read), "position": 999}


def opened_from_another(opener: Opener, value: str, event_id: str, field: str) -> str:
    """Every file has another patient's name, and everybody is told so."""
    if field != "filename":
        return opened(opener, value, event_id, field)
    return json.dumps(f"{_another(opener._whose.split(chr(0))[1]).first_name}-report.pdf")


def _another(patient_id: str) -> Patient:
    """One of the run's, who have a mark for a name."""
    return Patient.everyone.filter(first_name__startswith="zq").exclude(pk=patient_id).order_by("created_at")[0]


extraction.keep = keep_twice
live.snapshot_for = snapshot_of_another
api_stream._answer = answer_from_elsewhere
Opener._opened = opened_from_another  # type: ignore[method-assign]
