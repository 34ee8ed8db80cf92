"""Answering a message: it is kept first, then what it says is gathered, then it is answered.

Each step is a transaction of its own, whose facts others hear at once. A message whose process died in between is
found in the log without its answer, and answered by the sweep; until then it counts as being processed.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone

from curaway import context
from events.log import StreamKey
from patients.chat import state, thread
from patients.chat.agent import IntakeAgent, Turn
from patients.chat.agent_llm import agent
from patients.chat.answering import Answer, give
from patients.chat.gathering import gather
from patients.chat.intents import intent_of
from patients.chat.sending import Sent, keep_message
from patients.chat.topics import Summary


def answer_message(
    *,
    tenant_id: str,
    patient_id: str,
    content: str,
    locale: str,
    attachments: Sequence[str] = (),
    request_key: str = "",
) -> Answer:
    """Keep the message and answer it; with the `request_key` of one that was kept already, answer that one.

    Not inside another transaction. Raises `PatientUnknown`, `PatientQuarantined`, `ConsentMissing` and
    `DocumentUnknown`; nothing was kept then, unless the refusal came up while the answer was being found.
    """
    # What is recorded from here on is in the conversation's language.
    context.amend(locale=locale)
    said = Sent(StreamKey(tenant_id, patient_id), "", content, locale, tuple(attachments))
    return answer_kept(keep_message(said, request_key=request_key), agent(settings.ENVIRONMENT.ANTHROPIC_API_KEY))


def answer_kept(sent: Sent, by: IntakeAgent) -> Answer:
    """Gather what the kept message says, and answer it; an answer that it has already is returned as it is."""
    intent = intent_of(sent.content)
    asked = state.last_asked(thread.before(sent.key, sent.message_id))
    collected = gather(sent, intent=intent, asked=asked)

    def turn(summary: Summary) -> Turn:
        return Turn(
            message=sent.content,
            intent=intent,
            collected=collected,
            state=state.state_of(summary, thread.newest(sent.key), locale=sent.locale, last_asked=asked),
            attachments=len(sent.attachments),
            today=timezone.now().date(),
        )

    return give(sent, turn, by)
