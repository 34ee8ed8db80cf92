"""Somebody about whom there is everything that there can be, all of it with one word in it."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from events import emit_event
from patients import queries
from patients.erasure.erase import Asked, erase_patient
from patients.erasure.models import Erasure
from patients.models import Consent, Document, IdempotencyKey, Patient
from patients.notifications.models import Notification
from patients.record.keeping import keep
from patients.record.statements import Origin
from tests.patients.matching.records import TOLD, run
from tests.people import People
from tests.webhooks.analyses import KNEE, METFORMIN, told
from tests.webhooks.documents import upload

WORD = "Xanthippe"
"""Is in everything that is about them."""

REASON = "request 2026-117"


def known(people: People, word: str = WORD) -> Patient:
    """The patient, with documents, resources, a match, mails, a conversation and kept answers."""
    patient = people.patient(**{**TOLD, "email": f"{word}@example.com", "phone": word, "preferences": {"note": word}})
    patient.last_name = word
    patient.save()
    for _ in range(2):
        document = upload(patient)
        pages = [{"text": word, "confidence": None, "method": "text"}]
        Document.objects.filter(pk=document.pk).update(filename=f"{word}.pdf", pages=pages)
    said = {"message_id": f"msg_{patient.id}", "role": "patient", "content": f"I am {word}"}
    emit_event("chat_message_sent", patient.tenant_id, patient.id, said, patient.subject, "c")
    with transaction.atomic():
        locked = queries.locked_patient(patient.tenant_id, patient.id)
        keep(locked, told(KNEE, METFORMIN), origin=Origin("document", "doc_1"), now=timezone.now())
    run(patient)
    Consent.objects.filter(patient=patient).update(ip_address="192.0.2.7", user_agent=word)
    Notification.objects.create(id=f"ntf_{patient.id}", patient=patient, tenant_id=patient.tenant_id, kind="welcome")
    route = f"{patient.tenant_id} POST 0"
    IdempotencyKey.objects.create(subject=str(patient.subject), route=route, key="own", digest="d", status=200)
    IdempotencyKey.objects.create(
        subject="user_coordinator",
        route=route,
        key=f"of-{patient.id}",
        digest="d",
        status=200,
        body=f'{{"patient_id": "{patient.id}", "name": "{word}"}}'.encode(),
    )
    return Patient.objects.get(pk=patient.pk)


def erased(patient: Any) -> Erasure:
    return erase_patient(Asked(patient.tenant_id, patient.pk, "operator-1", REASON))


def tables_with(word: str) -> list[str]:
    """Every table of the database in which the word is anywhere, in text or in bytes."""
    with connection.cursor() as sql:
        sql.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [table for (table,) in sql.fetchall() if _has(sql, table, word)]


def _has(sql: Any, table: str, word: str) -> bool:
    as_bytes = word.encode().hex()
    named = f'SELECT 1 FROM "{table}" AS row WHERE row::text LIKE %s OR row::text LIKE %s LIMIT 1'  # noqa: S608
    sql.execute(named, [f"%{word}%", f"%{as_bytes}%"])
    return sql.fetchone() is not None
