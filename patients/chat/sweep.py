"""The sweep: messages whose process died before it answered are answered by any other."""

from __future__ import annotations

from itertools import islice

from django.db import InterfaceError, OperationalError

from curaway import context, log
from curaway.errors import AppError
from curaway.sweep import EVERY_SECONDS, Sweep
from events.chores import Chore
from events.log import StreamKey
from events.models import Event
from patients.chat.answering import apologize
from patients.chat.sending import Sent
from patients.chat.service import answer_kept
from patients.chat.state import locale_of

logger = log.get(__name__)

DEAD_AFTER_SECONDS = 30
"""Beyond any answer: a language model is given five."""

FORGOTTEN_AFTER_SECONDS = 3600
AT_ONCE = 20
LOOKED_AT = 500
"""More than are answered at once: messages whose consent was withdrawn stay, and must not keep others waiting."""

UNANSWERED_SQL = """
SELECT message.* FROM events AS message
JOIN patients_patient AS patient ON patient.id = message.patient_id AND patient.tenant_id = message.tenant_id
WHERE NOT patient.quarantined AND patient.erased_at IS NULL
  AND message.event_type = 'chat_message_sent' AND starts_with(message.payload->>'message_id', 'msg_')
  AND message.created_at < now() - make_interval(secs => %(dead)s)
  AND message.created_at > now() - make_interval(secs => %(forgotten)s)
  AND NOT EXISTS (
    SELECT FROM events AS answer
    WHERE answer.patient_id = message.patient_id AND answer.tenant_id = message.tenant_id
      AND answer.event_type = 'agent_response_generated' AND answer.created_at > message.created_at
      AND answer.payload->>'message_id' = 'ans_' || substr(message.payload->>'message_id', 5)
  )
ORDER BY message.created_at LIMIT %(limit)s
"""


def chore() -> Chore:
    """Has the round ask for unanswered messages."""
    return Chore(UNANSWERED_SQL, _wanted(DEAD_AFTER_SECONDS), wake=_sweep.wake, every=EVERY_SECONDS)


async def sweep_answers() -> None:
    """Answer unanswered messages whenever there are some, until cancelled."""
    await _sweep.run()


def answer_unanswered(*, dead_after_seconds: float = DEAD_AFTER_SECONDS) -> int:
    """Answer up to twenty of those left unanswered in the last hour, by rules; how many there were. A message that
    can't be read is apologized for, so that none is tried for ever."""
    wanted = _wanted(dead_after_seconds)
    answered = (event for event in Event.objects.raw(UNANSWERED_SQL, wanted) if _answer(event))
    return sum(1 for _ in islice(answered, AT_ONCE))


_sweep = Sweep(answer_unanswered, found="messages_answered_late")


def _wanted(dead_after_seconds: float) -> dict[str, float]:
    return {"dead": dead_after_seconds, "forgotten": FORGOTTEN_AFTER_SECONDS, "limit": LOOKED_AT}


def _answer(event: Event) -> bool:
    sent = _sent(event)
    arrived = context.RequestContext(
        correlation_id=event.correlation_id, tenant_id=event.tenant_id, actor_id=event.actor_id, locale=event.locale
    )
    with context.serving(arrived):
        try:
            _answer_or_apologize(sent)
        except AppError:
            return False  # quarantined, or the consent was withdrawn: it is not ours to answer any more
    return True


def _answer_or_apologize(sent: Sent) -> None:
    try:
        answer_kept(sent)
    except (AppError, OperationalError, InterfaceError):
        # The database's trouble (gone, or somebody holds the patient's row) passes.
        raise
    except Exception as fault:
        logger.error("message_not_read", cause=type(fault).__name__)
        apologize(sent)


def _sent(event: Event) -> Sent:
    said = event.payload
    key = StreamKey(event.tenant_id, str(event.patient_id))
    # One that the log knows without its attachments must not keep the others from their answers.
    attachments = tuple(said.get("attachments", ()))
    return Sent(key, said["message_id"], said["content"], locale_of(event.locale, "en"), attachments)
