"""Giving a message its one answer, at the place in the stream that it was thought out for."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.db import transaction

from events import log
from events.emit import emit_event
from events.registry import AgentResponseGenerated, EventType, SuggestedAction
from patients import live, queries
from patients.chat import ids, phrases, thread
from patients.chat.agent import DeterministicAgent, Reply, Turn
from patients.chat.sending import NEEDS, Sent
from patients.chat.thread import Message
from patients.chat.topics import Summary, documents_processing
from patients.models import Patient

TRIES = 20
"""How often a reply is thought over because the stream has grown meanwhile; then it is given as it is."""


class Answer(NamedTuple):
    """A message's answer, and how things stand with it; `intake_progress` is 0-1."""

    message: Message
    intake_progress: float
    documents_processing: int


class Draft(NamedTuple):
    """What is to be said at `position` of the stream, not said yet; `given` when it was said before."""

    sent: Sent
    turn_in: Callable[[Summary], Turn]
    turn: Turn
    reply: Reply
    position: int
    summary: Summary
    given: Answer | None = None


def draft(sent: Sent, turn_in: Callable[[Summary], Turn]) -> Draft:
    """Think of a reply, by rules, for the place in the stream that the conversation has come to."""
    snapshot = live.snapshot(sent.key)
    turn = turn_in(snapshot.summary)
    known = thread.find(sent.key, ids.answer_id_for(sent.message_id))
    given = _answer(thread.message(known), snapshot.summary) if known is not None else None
    return Draft(sent, turn_in, turn, _by_rules(turn), snapshot.position, snapshot.summary, given)


def give(drafted: Draft, reply: Reply) -> Answer:
    """Record the draft's reply, in whatever words, if nothing has happened meanwhile; otherwise think again, by
    rules alone.

    So two messages at once are both answered, one after the other, and the second answer knows of the first one's
    question; and nobody holds a lock while a language model thinks. Raises `PatientUnknown`, `PatientQuarantined`
    and `ConsentMissing`; nothing is said then.
    """
    for left in reversed(range(TRIES)):
        given = _record(drafted.sent, reply, position=drafted.position if left else None)
        if given is not None:
            return _answer(given, drafted.summary)
        drafted = draft(drafted.sent, drafted.turn_in)
        reply = drafted.reply
    raise AssertionError("the last try is always recorded")


def apologize(sent: Sent) -> None:
    """Answer a message that can't be read, so that it is not open for ever."""
    _record(sent, Reply(content=phrases.say("tell", "fault", sent.locale)), position=None)


@transaction.atomic
def _record(sent: Sent, reply: Reply, *, position: int | None) -> Message | None:
    """The recorded answer, ours or one from before; None when the stream is not at `position` any more."""
    patient = queries.locked_patient(*sent.key)
    queries.require_consent(patient, NEEDS)
    known = thread.find(sent.key, ids.answer_id_for(sent.message_id))
    if known is not None:
        return thread.message(known)
    if position is not None and log.head(sent.key) != position:
        return None
    return say(patient, reply, message_id=ids.answer_id_for(sent.message_id))


def say(patient: Patient, reply: Reply, *, message_id: str) -> Message:
    """Record what an agent says, in the caller's transaction, on the locked patient."""
    event = emit_event(
        EventType.AGENT_RESPONSE_GENERATED,
        patient.tenant_id,
        patient.id,
        AgentResponseGenerated.model_validate(
            {
                "message_id": message_id,
                "agent_name": reply.agent_name,
                "content": reply.content,
                "content_type": reply.content_type,
                "suggested_actions": [SuggestedAction(action=name, label=label) for name, label in reply.actions],
            }
        ),
    )
    return thread.message(event)


def _by_rules(turn: Turn) -> Reply:
    return DeterministicAgent().reply(turn)


def _answer(message: Message, summary: Summary) -> Answer:
    return Answer(message, summary["intake_progress"]["progress"], documents_processing(summary))
