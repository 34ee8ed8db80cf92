"""The first word of the conversation, once the patient has consented to what the journey needs."""

from __future__ import annotations

from events.log import StreamKey
from patients import queries
from patients.chat import ids, thread
from patients.chat.agent import welcome_reply
from patients.chat.answering import say
from patients.chat.state import State
from patients.models import REQUIRED_PURPOSES, Patient
from patients.record import queries as record
from patients.summary import SummaryFacts, summary


def welcome(patient: Patient) -> None:
    """Welcome the patient, once, when all required purposes are granted; in the caller's transaction, last, on
    the locked patient."""
    granted = queries.granted(patient)
    message_id = ids.welcome_id_for(patient.id)
    if not granted.issuperset(REQUIRED_PURPOSES) or thread.find(_key(patient), message_id) is not None:
        return
    facts = SummaryFacts(
        patient=patient,
        position=0,
        documents=list(queries.documents(patient.tenant_id, patient.id)),
        granted=granted,
        resources=list(record.live(patient)),
    )
    say(patient, welcome_reply(State(summary=summary(facts), locale=patient.locale)), message_id=message_id)


def _key(patient: Patient) -> StreamKey:
    return StreamKey(patient.tenant_id, patient.id)
