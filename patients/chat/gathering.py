"""Taking what a message says into the record, and recording that it said something new."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from events.emit import emit_event
from events.registry import ChatDataCollected, EventType
from patients import queries
from patients.chat.collection import Collected, changes_for, collect, news_for
from patients.chat.intents import Intent
from patients.chat.record import record_findings
from patients.chat.sending import NEEDS, Sent
from patients.chat.topics import CATEGORIES, Topic
from patients.clinical.findings import Finding, Kind
from patients.intake import WEIGHTS, update_intake
from patients.models import Patient
from patients.services.registration import update_patient


@transaction.atomic
def gather(sent: Sent, *, intent: Intent, asked: Topic | None) -> Collected:
    """What the message says, kept as far as it is new; the same message again changes nothing."""
    patient = queries.locked_patient(*sent.key)
    queries.require_consent(patient, NEEDS)
    found = collect(sent.content, patient=patient, intent=intent, asked=asked, locale=sent.locale)
    categories = {_category(name) for name in news_for(patient, found)}
    if record_findings(patient, found.findings, message_id=sent.message_id, locale=sent.locale, now=timezone.now()):
        categories |= {_category_of(finding) for finding in found.findings}
    if categories:
        _keep(patient, sent, found, categories)
    return found


def _keep(patient: Patient, sent: Sent, found: Collected, categories: set[str]) -> None:
    """The fields, and the facts; the intake's progress last, once."""
    emit_event(
        EventType.CHAT_DATA_COLLECTED,
        *sent.key,
        ChatDataCollected(message_id=sent.message_id, categories=[name for name in WEIGHTS if name in categories]),
    )
    changes = changes_for(patient, found)
    if changes:
        update_patient(tenant_id=patient.tenant_id, patient_id=patient.id, changes=changes)
    else:
        update_intake(patient)


def _category(name: str) -> str:
    return next(category for category, topics in CATEGORIES.items() if Topic(name) in topics)


def _category_of(finding: Finding) -> str:
    return "procedure_specific" if finding.kind in (Kind.OBSERVATION, Kind.PROCEDURE) else "medical_history"
