"""Kept answers about a patient: the first answers of writes, which repeat what was said of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from django.db import connection

from patients.models import Patient

WRITES = (("PUT", ""), ("POST", "/chat"), ("POST", "/match"))
"""Writes whose address names the patient; the answers of all others name them, or their document."""

FORGET_SQL = """
DELETE FROM patients_idempotencykey AS kept
WHERE starts_with(kept.route, %(tenant)s || ' ') AND (
    kept.subject = %(subject)s OR kept.route = ANY(%(routes)s)
    OR EXISTS (SELECT FROM unnest(%(mentions)s::bytea[]) AS named(it) WHERE position(named.it IN kept.body) > 0)
)
"""


def forget_answers(patient: Patient, *, mentions: Iterable[str]) -> int:
    """Delete the answers to writes of the patient, to writes at their address, and those in which one of these ids is
    named; in the caller's transaction. How many there were."""
    with connection.cursor() as sql:
        sql.execute(
            FORGET_SQL,
            {
                "tenant": patient.tenant_id,
                "subject": patient.subject,
                "routes": [_route(patient, method, path) for method, path in WRITES],
                "mentions": [json.dumps(named, ensure_ascii=False)[1:-1].encode() for named in mentions],
            },
        )
        count: int = sql.rowcount
        return count


def _route(patient: Patient, method: str, path: str) -> str:
    # As patients.idempotency names it.
    address = f"/api/v1/patients/{patient.pk}{path}"
    return f"{patient.tenant_id} {method} {hashlib.sha256(address.encode()).hexdigest()}"
