"""Keeping a message: the first thing that happens to it."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from events.emit import emit_event
from events.log import StreamKey
from events.registry import ChatMessageSent, EventType
from patients import queries
from patients.chat import ids, thread
from patients.errors import DocumentUnknown
from patients.idempotency_keys import KEPT_SECONDS
from patients.models import Patient, Purpose

NEEDS = (Purpose.CLINICAL_DATA_PROCESSING,)


class Sent(NamedTuple):
    """A message; `locale` is what to answer in, `message_id` empty before it is kept."""

    key: StreamKey
    message_id: str
    content: str
    locale: str
    attachments: tuple[str, ...] = ()


@transaction.atomic
def keep_message(said: Sent, *, request_key: str) -> Sent:
    """Keep it, unless it was kept under this key before; without the consent that it needs, nothing is kept."""
    patient = queries.locked_patient(*said.key)
    queries.require_consent(patient, NEEDS)
    known = _kept_before(said, request_key)
    if known is not None:
        return known
    _check_attached(patient, said.attachments)
    sent = said._replace(message_id=_free_id(said, request_key))
    emit_event(
        EventType.CHAT_MESSAGE_SENT,
        *sent.key,
        ChatMessageSent(
            message_id=sent.message_id,
            role="patient",
            content=sent.content,
            attachments=list(sent.attachments),
        ),
    )
    return sent


def _kept_before(said: Sent, request_key: str) -> Sent | None:
    """The process may have died after the message was kept, and before its answer was."""
    if not request_key:
        return None
    message_id = ids.message_id_for(patient_id=said.key.patient_id, request_key=request_key)
    event = thread.find(said.key, message_id)
    since = timezone.now() - timedelta(seconds=KEPT_SECONDS)
    if event is None or event.created_at < since or event.payload["content"] != said.content:
        return None
    return said._replace(message_id=message_id)


def _free_id(said: Sent, request_key: str) -> str:
    """Named after the key, where that name is free: a key may be used for another message after a day."""
    if not request_key:
        return ids.new_message_id()
    named = ids.message_id_for(patient_id=said.key.patient_id, request_key=request_key)
    return named if thread.find(said.key, named) is None else ids.new_message_id()


def _check_attached(patient: Patient, attachments: tuple[str, ...]) -> None:
    found = queries.documents(patient.tenant_id, patient.id).filter(id__in=attachments).count()
    if found != len(set(attachments)):
        raise DocumentUnknown(field="attachments")
