"""What a message is for. The first that fits, in the order of `Intent`; told by rules, always the same."""

from __future__ import annotations

from enum import StrEnum

from patients.chat import emergency, grammar
from patients.chat.preferences import tells_preference
from patients.chat.wording import plain


class Intent(StrEnum):
    """In the order in which they are looked for; `INTAKE_UPDATE` is what is left."""

    EMERGENCY = "emergency"
    MATCH_REQUEST = "match_request"
    DOCUMENT_UPLOAD = "document_upload"
    QUESTION = "question"
    PROCEDURE_CLARIFICATION = "procedure_clarification"
    PREFERENCE_UPDATE = "preference_update"
    INTAKE_UPDATE = "intake_update"


class Subject(StrEnum):
    """What a question is about. `MEDICAL`: only a doctor may answer it."""

    MEDICAL = "medical"
    DOCUMENTS = "documents"
    PRICE = "price"
    PRIVACY = "privacy"
    PROCESS = "process"
    OTHER = "other"


def intent_of(message: str) -> Intent:
    """The message's intent, in whatever of our languages it is written."""
    if emergency.is_emergency(message):
        return Intent.EMERGENCY
    text = plain(message)
    return next((intent for intent, fits in RULES if fits(text)), Intent.INTAKE_UPDATE)


def subject_of(message: str) -> Subject:
    """What the question is about; anything that could be medical is."""
    text = plain(message)
    about = (subject for subject in Subject if subject is not Subject.OTHER)
    return next((subject for subject in about if grammar.says(f"{subject}_question", text)), Subject.OTHER)


def _asks_for_match(text: str) -> bool:
    return grammar.says("match_request", text) and not grammar.says("medical_question", text)


def _is_about_documents(text: str) -> bool:
    return grammar.says("document_upload", text) and not _is_question(text)


def _is_question(text: str) -> bool:
    if grammar.says("medical_question", text) and ("?" in text or grammar.says("question_start", text)):
        return True
    return ("?" in text and grammar.says("question", text)) or grammar.says("question_start", text)


def _clarifies(text: str) -> bool:
    return grammar.says("clarification", text)


RULES = (
    (Intent.MATCH_REQUEST, _asks_for_match),
    (Intent.DOCUMENT_UPLOAD, _is_about_documents),
    (Intent.QUESTION, _is_question),
    (Intent.PROCEDURE_CLARIFICATION, _clarifies),
    (Intent.PREFERENCE_UPDATE, tells_preference),
)
