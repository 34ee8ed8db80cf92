"""Names of messages, chosen so that a message's answer is known by its name: nothing else has to be kept."""

from __future__ import annotations

import hashlib
import secrets

MESSAGE = "msg_"
ANSWER = "ans_"
WELCOME = "wel_"


def new_message_id() -> str:
    return MESSAGE + secrets.token_hex(12)


def message_id_for(*, patient_id: str, request_key: str) -> str:
    """The id of the message that was sent under an idempotency key: the same however often it is sent."""
    return MESSAGE + _digest(f"{patient_id} {request_key}")


def answer_id_for(message_id: str) -> str:
    """The id of the message's answer: there is at most one."""
    return ANSWER + message_id.removeprefix(MESSAGE)


def welcome_id_for(patient_id: str) -> str:
    return WELCOME + _digest(patient_id)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
