"""Turns of a conversation, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from patients.chat.agent import Reply, Turn
from patients.chat.collection import collect
from patients.chat.intents import intent_of
from patients.chat.state import State, last_asked, state_of
from patients.chat.thread import Message
from patients.models import Patient

TODAY = date(2027, 3, 1)
AT = datetime(2027, 3, 1, tzinfo=UTC)

EVERYTHING: Mapping[str, Any] = {
    "demographics": {
        "first_name": "Maria",
        "date_of_birth": "1961-04-12",
        "sex": "female",
        "country": "US",
        "locale": "en",
        "procedure_interest": "Total knee replacement, right",
    },
    "conditions": [{"code": "E11", "display": "Type 2 diabetes mellitus"}],
    "medications": [{"code": "6809", "display": "metformin"}],
    "allergies": [{"code": "70618", "display": "penicillin"}],
    "observations": [],
    "procedures": [{"code": "29881", "display": "Knee arthroscopy", "status": "completed"}],
    "preferences": [
        {"key": "destination", "value": "Turkey"},
        {"key": "budget", "value": "12000 USD"},
        {"key": "timeframe", "value": "3 months"},
        {"key": "companion", "value": "my wife"},
    ],
    "documents": [{"id": "doc_1", "status": "analyzed"}],
    "intake_progress": {"progress": 0.9, "categories": {}},
    "processing": [],
}


def summary(*lacking: str, progress: float = 0.2, **changes: Any) -> dict[str, Any]:
    """A record that knows everything but the topics named."""
    made = {**EVERYTHING, "demographics": dict(EVERYTHING["demographics"]), **changes}
    for topic in lacking:
        _take(made, topic)
    if lacking:
        made["intake_progress"] = {"progress": progress, "categories": {}}
    return made


def _take(made: dict[str, Any], topic: str) -> None:
    field = {"procedure": "procedure_interest"}.get(topic, topic)
    if field in made["demographics"]:
        made["demographics"][field] = None
    elif topic == "surgeries":
        made["procedures"] = []
    elif topic in made:
        made[topic] = []
    else:
        made["preferences"] = [entry for entry in made["preferences"] if entry["key"] != topic]


def turn(message: str, record: Mapping[str, Any], *before: Message, locale: str = "en", attachments: int = 0) -> Turn:
    """The turn of a message in a conversation."""
    intent, asked = intent_of(message), last_asked(before)
    who = Patient(first_name="Maria", country=record["demographics"].get("country") or "")
    return Turn(
        message=message,
        intent=intent,
        collected=collect(message, patient=who, intent=intent, asked=asked, locale=locale),
        state=state_of(record, [*before, said(message)], locale=locale, last_asked=asked),
        attachments=attachments,
        today=TODAY,
    )


def state(record: Mapping[str, Any], *before: Message, locale: str = "en") -> State:
    return state_of(record, before, locale=locale, last_asked=last_asked(before))


def said(content: str) -> Message:
    return Message("msg_1", "patient", None, content, "text", [], AT)


def answered(reply: Reply) -> Message:
    actions = [{"action": name, "label": label} for name, label in reply.actions]
    return Message("ans_1", "agent", "intake", reply.content, reply.content_type, actions, AT)
