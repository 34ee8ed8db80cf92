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
from events.operations.log_epoch import EPOCH_SQL
from events.question import Question, ask
from events.viewers import Viewer
from patients import rows
from patients.errors import PatientUnknown
from patients.models import Document, FhirResource, Patient
from patients.summary import SummaryFacts, summary


class Snapshot(NamedTuple):
    """A patient's summary, and the stream position it holds at: what comes after it is not in it."""

    position: int
    summary: dict[str, Any]
    epoch: str | None
    """The life of the log that the position belongs to; see `events.operations.log_epoch`."""


OPEN_MESSAGES_SQL = """
FROM events AS message
WHERE message.patient_id = {patient} AND message.tenant_id = {tenant}
  AND message.event_type = 'chat_message_sent' AND starts_with(message.payload->>'message_id', 'msg_')
  AND message.created_at > now() - interval '2 minutes' AND NOT EXISTS (
    SELECT FROM events AS answer
    WHERE answer.patient_id = message.patient_id AND answer.tenant_id = message.tenant_id
      AND answer.event_type = 'agent_response_generated' AND answer.created_at > message.created_at
      AND answer.payload->>'message_id' = 'ans_' || substr(message.payload->>'message_id', 5)
  )
"""
"""Messages without their answer. They count for two minutes; the sweep has answered them by then."""

DOCUMENTS_SQL = """
SELECT id, filename, content_type, size, status, reason, retryable, method, characters, confidence,
       page_count, pages_read, page_confidence, needs_review, clinical, created_at, uploaded_at
FROM patients_document
WHERE tenant_id = patient.tenant_id AND patient_id = patient.id AND status <> 'expected'
ORDER BY created_at, id
"""
RECORD_SQL = """
SELECT id, resource_type, code_system, code, display, details, source, source_id, confidence, canonical,
       conflict_with_id
FROM patients_fhirresource
WHERE tenant_id = patient.tenant_id AND patient_id = patient.id AND superseded_by_id IS NULL
ORDER BY recorded_at, source_id, place
"""
# Plain SQL: every stream begins with it, and building it by the ORM took longer than running it. One statement, since
# that is what sees one snapshot.
SNAPSHOT_SQL = f"""
SELECT {rows.columns(Patient, "patient")}, coalesce(head.position, 0) AS head, ARRAY(
    SELECT newest.purpose FROM (
        SELECT DISTINCT ON (purpose) purpose, granted, expires_at FROM patients_consent
        WHERE patient_id = patient.id AND tenant_id = patient.tenant_id ORDER BY purpose, id DESC
    ) AS newest
    WHERE newest.granted AND (newest.expires_at IS NULL OR newest.expires_at > now())
) AS granted, (
    SELECT to_jsonb(open) FROM (
        SELECT id, status, stage, providers, created_at FROM patients_match
        WHERE patient_id = patient.id AND tenant_id = patient.tenant_id AND status = 'requested'
    ) AS open
) AS match, ARRAY(
    SELECT 'ans_' || substr(message.payload->>'message_id', 5)
    {OPEN_MESSAGES_SQL.format(patient="patient.id", tenant="patient.tenant_id")} ORDER BY message.created_at
) AS answers, (
    SELECT jsonb_agg(found) FROM ({DOCUMENTS_SQL}) AS found
) AS documents, (
    SELECT jsonb_agg(found) FROM ({RECORD_SQL}) AS found
) AS resources, ({EPOCH_SQL}) AS epoch
FROM patients_patient AS patient
LEFT JOIN events_streamhead AS head ON head.tenant_id = patient.tenant_id AND head.patient_id = patient.id
WHERE patient.tenant_id = %s AND patient.id = %s AND patient.erased_at IS NULL
"""  # noqa: S608 - put together of nothing but our own text

PATIENT = len(rows.PATIENT_FIELDS)


def snapshot(key: StreamKey) -> Snapshot:
    """Position and summary from one snapshot of the database; raises `PatientUnknown`.

    Not inside another transaction: its snapshot may have been taken before.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a snapshot inside a transaction may be older than it seems")
    row = next(iter(prepared.rows(SNAPSHOT_SQL, key)), None)
    if row is None:
        raise PatientUnknown
    position, granted, match, answers, documents, resources, epoch = row[PATIENT:]
    facts = SummaryFacts(
        patient=rows.patient(row[:PATIENT]),
        position=position,
        documents=[_document(found) for found in json.loads(documents or "[]")],
        granted=frozenset(granted),
        resources=[rows.partly(FhirResource, found) for found in json.loads(resources or "[]")],
        match=json.loads(match) if match else None,
        answers=answers,
    )
    return Snapshot(facts.position, summary(facts), epoch)


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
