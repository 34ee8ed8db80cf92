"""The stream's questions about patients: their state, whether something is on its way, and who may still look."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from curaway import prepared
from curaway.identity import Role
from events.log import StreamKey
from events.question import Question, ask
from events.viewers import Viewer
from patients import rows
from patients.access import Caller
from patients.errors import PatientUnknown
from patients.models import Document, Patient
from patients.record.entries import Stated
from patients.state import OPEN_MESSAGES_SQL, STATE
from patients.summary import SummaryFacts, summary


class Snapshot(NamedTuple):
    """A patient's summary, and the stream position it holds at: what comes after it is not in it."""

    position: int
    summary: dict[str, Any]
    epoch: str | None
    """The life of the log that the position belongs to; see `events.operations.log_epoch`."""
    restored_at: datetime | None
    """When that life began, if that was of late and not at the first migration."""


SNAPSHOT_SQL = f"""
SELECT {rows.columns(Patient, "patient")}, {", ".join(STATE.columns)}
FROM patients_patient AS patient
{STATE.joined}
WHERE patient.tenant_id = %s AND patient.id = %s AND patient.erased_at IS NULL
"""  # noqa: S608 - put together of nothing but our own text

PATIENT = len(rows.PATIENT_FIELDS)


def snapshot_for(caller: Caller, patient: Patient) -> Snapshot:
    """What the gate has read of `STATE` for a caller who was let in to this patient."""
    if patient is caller.asks_for and caller.besides:
        return _snapshot(patient, caller.besides)
    # The address names them, but they were registered a moment after the gate had looked.
    return snapshot(StreamKey(patient.tenant_id, patient.id))


def snapshot(key: StreamKey) -> Snapshot:
    """Position and summary from one snapshot of the database; raises `PatientUnknown`.

    Not inside another transaction: its snapshot may have been taken before.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a snapshot inside a transaction may be older than it seems")
    row = next(iter(prepared.rows(SNAPSHOT_SQL, key)), None)
    if row is None:
        raise PatientUnknown
    return _snapshot(rows.patient(row[:PATIENT]), row[PATIENT:])


def _snapshot(patient: Patient, found: Sequence[Any]) -> Snapshot:
    position, granted, match, answers, documents, resources, epoch, restored_at = found
    facts = SummaryFacts(
        patient=patient,
        position=position,
        documents=[_document(found) for found in json.loads(documents or "[]")],
        granted=frozenset(granted),
        resources=[Stated(**found) for found in json.loads(resources or "[]")],
        match=json.loads(match) if match else None,
        answers=answers,
    )
    return Snapshot(facts.position, summary(facts), epoch, restored_at)


def _document(found: dict[str, Any]) -> Document:
    times = {name: found[name] and datetime.fromisoformat(found[name]) for name in ("created_at", "uploaded_at")}
    return rows.partly(Document, found | times)


BUSY_SQL = f"""
SELECT asked.tenant_id, asked.patient_id
FROM unnest(%(tenants)s::text[], %(patients)s::text[]) AS asked(tenant_id, patient_id)
WHERE EXISTS (
    SELECT FROM patients_document AS document
    WHERE document.patient_id = asked.patient_id AND document.tenant_id = asked.tenant_id
      AND document.status IN ('parsing', 'analyzing') AND document.claimed_until > now()
) OR EXISTS (
    SELECT FROM patients_match AS match
    WHERE match.patient_id = asked.patient_id AND match.tenant_id = asked.tenant_id AND match.status = 'requested'
) OR EXISTS (
    SELECT {OPEN_MESSAGES_SQL.format(patient="asked.patient_id", tenant="asked.tenant_id")}
) OR EXISTS (
    SELECT FROM events_job AS job
    WHERE job.tenant_id = asked.tenant_id AND job.patient_id = asked.patient_id
      AND job.status IN ('waiting', 'published')
)
"""  # noqa: S608 - put together of nothing but our own text


def ask_busy(keys: Collection[StreamKey]) -> Question:
    """For which of the patients something is being processed.

    A document counts by its job, and while somebody has it: one that waits for a consent is not being processed.
    """
    return Question(
        BUSY_SQL, {"tenants": [key.tenant_id for key in keys], "patients": [key.patient_id for key in keys]}
    )


REFUSED_SQL = """
SELECT viewer.number
FROM unnest(%(tenants)s::text[], %(patients)s::text[], %(subjects)s::text[], %(roles)s::text[])
     WITH ORDINALITY AS viewer(tenant_id, patient_id, subject, role, number)
LEFT JOIN patients_patient AS patient
       ON patient.id = viewer.patient_id AND patient.tenant_id = viewer.tenant_id AND NOT patient.quarantined
      AND patient.erased_at IS NULL
WHERE patient.id IS NULL
   OR (viewer.role = %(patient_role)s AND patient.subject IS DISTINCT FROM viewer.subject)
   OR (viewer.role LIKE 'org:%%' AND NOT EXISTS (
        SELECT FROM patients_membership AS member
        WHERE member.tenant_id = viewer.tenant_id AND member.subject = viewer.subject AND member.removed_at IS NULL
          AND member.role = ANY(%(member_roles)s)
   ))
"""


def ask_refused(viewers: Sequence[Viewer]) -> Question:
    """Which viewers may no longer look: the patient is gone or quarantined, or not theirs any more; the member was
    removed, or has come back with a lesser role. Finds their numbers, from 1."""
    return Question(
        REFUSED_SQL,
        {
            "tenants": [viewer.key.tenant_id for viewer in viewers],
            "patients": [viewer.key.patient_id for viewer in viewers],
            "subjects": [viewer.subject for viewer in viewers],
            "roles": [viewer.role for viewer in viewers],
            "patient_role": Role.PATIENT.value,
            "member_roles": [Role.COORDINATOR.value, Role.ADMIN.value],
        },
    )


def busy(keys: Collection[StreamKey]) -> set[StreamKey]:
    """Those of the patients for whom something is being processed, in one query."""
    return {StreamKey(*row) for row in ask(ask_busy(keys))}


def refused(viewers: Collection[Viewer]) -> set[Viewer]:
    """Those who may no longer look, in one query."""
    asked = list(viewers)
    return {asked[number - 1] for (number,) in ask(ask_refused(asked))}
