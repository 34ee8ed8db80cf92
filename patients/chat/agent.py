"""The intake agent: acknowledges what was said, then asks for one thing that the record lacks.

It never gives medical advice and never names a diagnosis of its own: what it repeats are the patient's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from patients.chat import emergency
from patients.chat.collection import Collected
from patients.chat.intents import Intent, subject_of
from patients.chat.phrases import listed, say
from patients.chat.state import State
from patients.chat.tone import Tone, tone_of
from patients.chat.topics import ASKING, SKIPPING, Topic
from patients.matching import gate
from patients.matching.case import case_from_summary

NOTED_AT_MOST = 5
UPLOAD = "upload_document"
MATCH = "request_match"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What there is to answer: the message, what it is for, what it told, and where the conversation stands."""

    message: str
    intent: Intent
    collected: Collected
    state: State
    attachments: int = 0
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the agent says. `asks` is the one thing it asks about; `actions` are names with their labels."""

    content: str
    content_type: str = "text"
    actions: tuple[tuple[str, str], ...] = ()
    asks: Topic | None = None
    agent_name: str = "intake"


class DeterministicAgent:
    """By template: the same turn always gets the same reply. Never raises because of what a patient writes, and does
    not touch the database."""

    def reply(self, turn: Turn) -> Reply:
        if turn.intent is Intent.EMERGENCY:
            return emergency_reply(turn.state)
        if turn.intent is Intent.MATCH_REQUEST:
            return _about_matching(turn)
        if turn.intent is Intent.DOCUMENT_UPLOAD and not turn.attachments:
            return _about_upload(turn)
        return _asking(turn, [_acknowledgement(turn)])


def emergency_reply(state: State) -> Reply:
    """Where to call, and nothing else."""
    country = state.summary["demographics"].get("country") or ""
    return Reply(content=say("emergency", "call", state.locale, number=emergency.number(country)))


def welcome_reply(state: State) -> Reply:
    """The conversation's first message: who this is, and the first question."""
    hello = say("welcome", "hello", state.locale, name=state.summary["demographics"]["first_name"])
    return _with_question([hello], state, state.gaps()[0]) if state.gaps() else Reply(content=hello)


def _acknowledgement(turn: Turn) -> str:
    locale = turn.state.locale
    if turn.intent is Intent.QUESTION:
        noted = [say("acknowledge", "noted", locale, noted=_noted(turn))] if turn.collected else []
        return " ".join([*noted, say("answer", subject_of(turn.message), locale)])
    tone = tone_of(turn.message, asked=turn.state.last_asked)
    if turn.collected:
        name = "sorry_noted" if tone is Tone.SORRY else "noted"
        return say("acknowledge", name, locale, noted=_noted(turn))
    if turn.attachments:
        return say("acknowledge", "attached", locale)
    return say("acknowledge", tone, locale, name=turn.state.summary["demographics"]["first_name"])


def _noted(turn: Turn) -> str:
    locale = turn.state.locale
    labels = [say("label", name, locale) for name in turn.collected.told]
    words = [*dict.fromkeys(turn.collected.words), *labels][:NOTED_AT_MOST]
    return listed(words, locale)


def _about_matching(turn: Turn) -> Reply:
    state = turn.state
    if _is_ready(turn):
        return Reply(
            content=say("tell", "ready", state.locale), content_type="action_prompt", actions=_offers(state, MATCH)
        )
    noted = [say("acknowledge", "noted", state.locale, noted=_noted(turn))] if turn.collected else []
    return _asking(turn, [*noted, say("tell", "not_yet", state.locale)])


def _about_upload(turn: Turn) -> Reply:
    state = turn.state
    noted = [say("acknowledge", "noted", state.locale, noted=_noted(turn))] if turn.collected else []
    reading = [say("tell", "reading", state.locale)] if state.documents_processing else []
    return Reply(
        content=" ".join([*noted, say("tell", "upload", state.locale), *reading]),
        content_type="action_prompt",
        actions=_offers(state, UPLOAD),
    )


def _asking(turn: Turn, said: list[str]) -> Reply:
    """What was said, then the next question; without one, what can be done now."""
    state = turn.state
    wanted = state.gaps()
    if wanted:
        return _with_question(said, state, wanted[0])
    if not _is_ready(turn):
        names = gate.missing(case_from_summary(state.summary, today=turn.today))
        return Reply(content=" ".join([*said, gate.gate_message(names, state.locale)]), actions=_offers(state, UPLOAD))
    return Reply(
        content=" ".join([*said, say("tell", "complete", state.locale), say("tell", "ready", state.locale)]),
        content_type="action_prompt",
        actions=_offers(state, MATCH),
    )


def _with_question(said: list[str], state: State, topic: Topic) -> Reply:
    offers = _offers(state, UPLOAD) if topic is Topic.DOCUMENTS else ()
    chips = tuple((f"{ASKING}{topic}", say("action", name, state.locale)) for name in CHOICES.get(topic, ()))
    skip = (f"{SKIPPING}{topic}", say("action", "not_now" if topic is Topic.DOCUMENTS else "skip", state.locale))
    return Reply(
        content=" ".join([*said, say("ask", topic, state.locale)]),
        content_type="action_prompt" if offers else "text",
        actions=(*offers, *chips, skip),
        asks=topic,
    )


def _offers(state: State, action: str) -> tuple[tuple[str, str], ...]:
    return ((action, say("action", action, state.locale)),)


def _is_ready(turn: Turn) -> bool:
    """Whether a match would be made now."""
    return not gate.missing(case_from_summary(turn.state.summary, today=turn.today))


CHOICES: Mapping[Topic, tuple[str, ...]] = {
    Topic.CONDITIONS: ("none",),
    Topic.MEDICATIONS: ("none",),
    Topic.ALLERGIES: ("none",),
    Topic.SURGERIES: ("no",),
    Topic.SEX: ("female", "male"),
    Topic.DESTINATION: ("anywhere",),
    Topic.TIMEFRAME: ("soon", "three_months", "flexible"),
    Topic.COMPANION: ("yes", "alone"),
    Topic.BUDGET: ("no_limit",),
}
"""Answers of one tap."""
