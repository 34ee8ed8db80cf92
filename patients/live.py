"""The stream's questions about patients: their state, whether something is on its way, and who may still look."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db import connection, transaction

from curaway.identity import Role
from events.log import StreamKey
from events.viewers import Viewer
from patients.errors import PatientUnknown
from patients.models import Document, FhirResource, Patient
from patients.summary import SummaryFacts, summary


class Snapshot(NamedTuple):
    """A patient's summary, and the stream position it holds at: what comes after it is not in it."""

    position: int
    summary: dict[str, Any]


# Plain SQL: every stream begins with these, and building them by the ORM took longer than running them.
PATIENT_SQL = """
SELECT patient.*, coalesce(head.position, 0) AS head, ARRAY(
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
) AS match
FROM patients_patient AS patient
LEFT JOIN events_streamhead AS head ON head.tenant_id = patient.tenant_id AND head.patient_id = patient.id
WHERE patient.tenant_id = %s AND patient.id = %s
"""
DOCUMENTS_SQL = """
SELECT id, filename, content_type, size, status, reason, retryable, method, characters, confidence,
       needs_review, clinical, created_at, uploaded_at, jsonb_array_length(pages) AS page_count
FROM patients_document
WHERE tenant_id = %s AND patient_id = %s AND status <> 'expected'
ORDER BY created_at, id
"""
RECORD_SQL = """
SELECT id, resource_type, code_system, code, display, details, source, source_id, confidence, canonical,
       conflict_with_id
FROM patients_fhirresource
WHERE tenant_id = %s AND patient_id = %s AND superseded_by_id IS NULL
ORDER BY recorded_at, source_id, place
"""


def snapshot(key: StreamKey) -> Snapshot:
    """Position and summary from one snapshot of the database; raises `PatientUnknown`.

    Not inside another transaction: its snapshot may have been taken before.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as sql:
            sql.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        # With three columns more than a Patient has: `head`, `granted` and `match`.
        patient: Any = next(iter(Patient.objects.raw(PATIENT_SQL, key)), None)
        if patient is None:
            raise PatientUnknown
        facts = SummaryFacts(
            patient=patient,
            position=patient.head,
            documents=list(Document.objects.raw(DOCUMENTS_SQL, key)),
            granted=frozenset(patient.granted),
            resources=list(FhirResource.objects.raw(RECORD_SQL, key)),
            match=json.loads(patient.match) if patient.match else None,
        )
    return Snapshot(facts.position, summary(facts))


BUSY_SQL = """
SELECT asked.tenant_id, asked.patient_id
FROM unnest(%s::text[], %s::text[]) AS asked(tenant_id, patient_id)
WHERE EXISTS (
    SELECT FROM patients_document AS document
    WHERE document.patient_id = asked.patient_id AND document.tenant_id = asked.tenant_id
      AND document.status IN ('parsing', 'analyzing')
) OR EXISTS (
    SELECT FROM patients_match AS match
    WHERE match.patient_id = asked.patient_id AND match.tenant_id = asked.tenant_id AND match.status = 'requested'
) OR EXISTS (
    SELECT FROM events AS message
    WHERE message.patient_id = asked.patient_id AND message.tenant_id = asked.tenant_id
      AND message.event_type = 'chat_message_sent' AND starts_with(message.payload->>'message_id', 'msg_')
      AND message.created_at > now() - interval '2 minutes' AND NOT EXISTS (
        SELECT FROM events AS answer
        WHERE answer.patient_id = message.patient_id AND answer.tenant_id = message.tenant_id
          AND answer.event_type = 'agent_response_generated' AND answer.created_at > message.created_at
          AND answer.payload->>'message_id' = 'ans_' || substr(message.payload->>'message_id', 5)
      )
) OR EXISTS (
    SELECT FROM events_job AS job
    WHERE job.tenant_id = asked.tenant_id AND job.patient_id = asked.patient_id
      AND job.status IN ('waiting', 'published')
)
"""


def busy(keys: Collection[StreamKey]) -> set[StreamKey]:
    """Those of the patients for whom something is being processed, in one query.

    An uploaded document counts by its job: one that waits for a consent is not being processed. A message without
    its answer counts for two minutes; the sweep has answered it by then.
    """
    if not keys:
        return set()
    with connection.cursor() as sql:
        sql.execute(BUSY_SQL, [[key.tenant_id for key in keys], [key.patient_id for key in keys]])
        return {StreamKey(*row) for row in sql.fetchall()}


REFUSED_SQL = """
SELECT viewer.number
FROM unnest(%(tenants)s::text[], %(patients)s::text[], %(subjects)s::text[], %(roles)s::text[])
     WITH ORDINALITY AS viewer(tenant_id, patient_id, subject, role, number)
LEFT JOIN patients_patient AS patient
       ON patient.id = viewer.patient_id AND patient.tenant_id = viewer.tenant_id AND NOT patient.quarantined
WHERE patient.id IS NULL
   OR (viewer.role = %(patient_role)s AND patient.subject IS DISTINCT FROM viewer.subject)
   OR (viewer.role LIKE 'org:%%' AND NOT EXISTS (
        SELECT FROM patients_membership AS member
        WHERE member.tenant_id = viewer.tenant_id AND member.subject = viewer.subject AND member.removed_at IS NULL
   ))
"""


def refused(viewers: Collection[Viewer]) -> set[Viewer]:
    """Those who may no longer look: the patient is gone or quarantined, or not theirs any more; one query."""
    asked = list(viewers)
    if not asked:
        return set()
    with connection.cursor() as sql:
        sql.execute(
            REFUSED_SQL,
            {
                "tenants": [viewer.key.tenant_id for viewer in asked],
                "patients": [viewer.key.patient_id for viewer in asked],
                "subjects": [viewer.subject for viewer in asked],
                "roles": [viewer.role for viewer in asked],
                "patient_role": Role.PATIENT.value,
            },
        )
        return {asked[number - 1] for (number,) in sql.fetchall()}
