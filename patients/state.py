"""What is asked of the database for a patient's summary: the `state` that a stream begins with."""

from __future__ import annotations

from events.operations.log_epoch import EPOCH_SQL, RESTORED_SQL
from patients.arriving import Besides

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
STATE = Besides(
    columns=(
        "coalesce(head.position, 0) AS head",
        """ARRAY(
    SELECT newest.purpose FROM (
        SELECT DISTINCT ON (purpose) purpose, granted, expires_at FROM patients_consent
        WHERE patient_id = patient.id AND tenant_id = patient.tenant_id ORDER BY purpose, id DESC
    ) AS newest
    WHERE newest.granted AND (newest.expires_at IS NULL OR newest.expires_at > now())
) AS granted""",
        """(
    SELECT to_jsonb(open) FROM (
        SELECT id, status, stage, providers, created_at FROM patients_match
        WHERE patient_id = patient.id AND tenant_id = patient.tenant_id AND status = 'requested'
    ) AS open
) AS match""",
        f"""ARRAY(
    SELECT 'ans_' || substr(message.payload->>'message_id', 5)
    {OPEN_MESSAGES_SQL.format(patient="patient.id", tenant="patient.tenant_id")} ORDER BY message.created_at
) AS answers""",
        f"(SELECT jsonb_agg(found) FROM ({DOCUMENTS_SQL}) AS found) AS documents",  # noqa: S608 - put together of nothing but our own text
        f"(SELECT jsonb_agg(found) FROM ({RECORD_SQL}) AS found) AS resources",  # noqa: S608
        f"({EPOCH_SQL}) AS epoch",
        f"({RESTORED_SQL}) AS restored_at",
    ),
    joined="""
LEFT JOIN events_streamhead AS head ON head.tenant_id = patient.tenant_id AND head.patient_id = patient.id
""",
)
"""What a patient's summary is made of, and the position it holds at."""
