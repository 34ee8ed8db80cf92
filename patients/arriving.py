"""All that the gate needs to know of a caller, in one query: it is the first one of every request, and of some the
only one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from curaway import prepared
from patients import rows
from patients.models import Patient, Tenant


class Besides(NamedTuple):
    """What a request will need of the patient, if the caller may see them, asked in the gate's statement: columns of
    `patient`, which holds nothing when there is no such patient, and of what is joined to it."""

    columns: tuple[str, ...] = ()
    joined: str = ""


NOTHING = Besides()


@cache
def arrival_sql(besides: Besides) -> str:
    """The gate's statement; its parameters are `tenant`, `subject` and `patient`."""
    asked = ", ".join((rows.columns(Tenant, "tenant"), rows.columns(Patient, "patient"), CALLER_SQL, *besides.columns))
    return f"""
SELECT {asked}
FROM patients_tenant AS tenant
LEFT JOIN patients_membership AS member ON member.tenant_id = tenant.id AND member.subject = %(subject)s
LEFT JOIN patients_patient AS patient ON patient.tenant_id = tenant.id AND patient.id = %(patient)s
     AND patient.erased_at IS NULL
{besides.joined}
WHERE tenant.id = %(tenant)s
"""  # noqa: S608 - put together of nothing but our own text


CALLER_SQL = """member.role, member.removed_at, EXISTS (
    SELECT FROM patients_patient AS own WHERE own.tenant_id = tenant.id AND own.subject = %(subject)s
) AS is_patient"""


class Arrival(NamedTuple):
    """What is known of a subject in a tenant; `patient` is the one asked for, whoever's it is."""

    tenant: Tenant
    patient: Patient | None
    member_role: str | None
    """As last seen in a token; None: never a member."""
    removed_at: datetime | None
    is_patient: bool
    besides: Sequence[Any]
    """What was asked besides, in its order."""


def arrival(*, tenant_id: str, subject: str, patient_id: str, besides: Besides = NOTHING) -> Arrival | None:
    """None when there is no such tenant. `patient_id` may be empty."""
    asked = {"tenant": tenant_id, "subject": subject, "patient": patient_id}
    found = prepared.rows(arrival_sql(besides), asked)
    if not found:
        return None
    row = found[0]
    of_tenant, of_patient = row[:TENANT], row[TENANT:PATIENT]
    patient = None if of_patient[0] is None else rows.patient(of_patient)
    member_role, removed_at, is_patient = row[PATIENT:CALLER]
    return Arrival(rows.tenant(of_tenant), patient, member_role, removed_at, is_patient, besides=row[CALLER:])


TENANT = len(rows.TENANT_FIELDS)
PATIENT = TENANT + len(rows.PATIENT_FIELDS)
CALLER = PATIENT + 3
