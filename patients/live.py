"""The stream's questions about patients: their state, whether something is on its way, and who may still look."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import BigIntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from curaway.identity import Role
from events.log import StreamKey
from events.models import StreamHead
from events.viewers import Viewer
from patients import queries
from patients.errors import PatientUnknown
from patients.models import Patient
from patients.summary import SummaryFacts, summary


class Snapshot(NamedTuple):
    """A patient's summary, and the stream position it holds at: what comes after it is not in it."""

    position: int
    summary: dict[str, Any]


def snapshot(key: StreamKey) -> Snapshot:
    """Position and summary from one snapshot of the database; raises `PatientUnknown`.

    Not inside another transaction: its snapshot may have been taken before.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as sql:
            sql.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        patient = Patient.objects.annotate(head=_head()).filter(tenant_id=key.tenant_id, id=key.patient_id).first()
        if patient is None:
            raise PatientUnknown
        facts = SummaryFacts(
            patient=patient,
            position=patient.head,
            documents=list(queries.documents(key.tenant_id, key.patient_id)),
            granted=queries.granted(patient),
        )
    return Snapshot(facts.position, summary(facts))


def _head() -> Coalesce:
    head = StreamHead.objects.filter(tenant_id=OuterRef("tenant_id"), patient_id=OuterRef("id"))
    return Coalesce(Subquery(head.values("position")[:1]), Value(0), output_field=BigIntegerField())


BUSY_SQL = """
SELECT asked.tenant_id, asked.patient_id
FROM unnest(%s::text[], %s::text[]) AS asked(tenant_id, patient_id)
WHERE EXISTS (
    SELECT FROM patients_document AS document
    WHERE document.patient_id = asked.patient_id AND document.tenant_id = asked.tenant_id
      AND document.status IN ('uploaded', 'parsing', 'analyzing')
) OR EXISTS (
    SELECT FROM events_job AS job
    WHERE job.tenant_id = asked.tenant_id AND job.patient_id = asked.patient_id
      AND job.status IN ('waiting', 'published')
)
"""


def busy(keys: Collection[StreamKey]) -> set[StreamKey]:
    """Those of the patients for whom something is being processed, in one query."""
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
