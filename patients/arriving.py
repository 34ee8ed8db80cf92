"""All that the gate needs to know of a caller, in one query: it is the first one of every request."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from curaway import prepared
from patients import rows
from patients.models import Patient, Tenant

ARRIVAL_SQL = f"""
SELECT {rows.columns(Tenant, "tenant")}, {rows.columns(Patient, "patient")}, member.role, member.removed_at, EXISTS (
    SELECT FROM patients_patient AS own WHERE own.tenant_id = tenant.id AND own.subject = %(subject)s
) AS is_patient
FROM patients_tenant AS tenant
LEFT JOIN patients_membership AS member ON member.tenant_id = tenant.id AND member.subject = %(subject)s
LEFT JOIN patients_patient AS patient ON patient.tenant_id = tenant.id AND patient.id = %(patient)s
     AND patient.erased_at IS NULL
WHERE tenant.id = %(tenant)s
"""  # noqa: S608 - put together of nothing but our own text


class Arrival(NamedTuple):
    """What is known of a subject in a tenant; `patient` is the one asked for, whoever's it is."""

    tenant: Tenant
    patient: Patient | None
    member_role: str | None
    """As last seen in a token; None: never a member."""
    removed_at: datetime | None
    is_patient: bool


def arrival(*, tenant_id: str, subject: str, patient_id: str) -> Arrival | None:
    """None when there is no such tenant. `patient_id` may be empty."""
    found = prepared.rows(ARRIVAL_SQL, {"tenant": tenant_id, "subject": subject, "patient": patient_id})
    if not found:
        return None
    row = found[0]
    of_tenant, of_patient, of_caller = row[:TENANT], row[TENANT:PATIENT], row[PATIENT:]
    patient = None if of_patient[0] is None else rows.patient(of_patient)
    return Arrival(rows.tenant(of_tenant), patient, *of_caller)


TENANT = len(rows.TENANT_FIELDS)
PATIENT = TENANT + len(rows.PATIENT_FIELDS)
