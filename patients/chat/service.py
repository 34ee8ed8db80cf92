"""Answering a message: it is kept first, then what it says is gathered, then it is answered.

Each step is a transaction of its own, whose facts others hear at once. A message whose process died in between is
found in the log without its answer, and answered by the sweep; until then it counts as being processed.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone

from curaway import context
from curaway.threads import in_worker
from events.log import StreamKey
from patients.chat import answering, state, thread
from patients.chat.agent import Turn
from patients.chat.agent_llm import wording
from patients.chat.answering import Answer, Draft
from patients.chat.gathering import gather
from patients.chat.intents import intent_of
from patients.chat.sending import Sent, keep_message
from patients.chat.topics import Summary


def take_message(
    *,
    tenant_id: str,
    patient_id: str,
    content: str,
    locale: str,
    attachments: Sequence[str] = (),
    request_key: str = "",
) -> Draft:
    """Keep the message, gather what it says, and draft its answer; of one that was kept under the `request_key`
    already, go on with that one.

    Not inside another transaction. Raises `PatientUnknown`, `PatientQuarantined`, `ConsentMissing` and
    `DocumentUnknown`; nothing was kept then, unless the refusal came up after the message was kept.
    """
    # What is recorded from here on is in the conversation's language.
    context.amend(locale=locale)
    said = Sent(StreamKey(tenant_id, patient_id), "", content, locale, tuple(attachments))
    return draft(keep_message(said, request_key=request_key))


async def answer(drafted: Draft) -> Answer:
    """Word the draft, and give it: the vendor's part on the event loop, ours in a worker.

    Raises what `answering.give` raises: the patient may have withdrawn the consent while a model was thinking.
    """
    if drafted.given is not None:
        return drafted.given
    reply = await wording(settings.ENVIRONMENT.ANTHROPIC_API_KEY)(drafted.turn, drafted.reply)
    return await in_worker(answering.give, drafted, reply)


def answer_kept(sent: Sent) -> Answer:
    """Gather what the kept message says, and answer it by rules; an answer that it has already is returned."""
    drafted = draft(sent)
    return drafted.given or answering.give(drafted, drafted.reply)


def draft(sent: Sent) -> Draft:
    """Gather what the kept message says, and draft its answer."""
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

    return answering.draft(sent, turn)
