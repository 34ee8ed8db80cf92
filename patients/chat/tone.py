"""How to take up a message that told nothing for the record."""

from __future__ import annotations

from enum import StrEnum

from patients.chat import grammar
from patients.chat.state import skips
from patients.chat.topics import DENIED, Topic
from patients.chat.wording import plain

TO_BE_READ = frozenset(set(Topic) - DENIED - {Topic.PROCEDURE})
"""Topics whose answer has a form that we should have recognized."""


class Tone(StrEnum):
    """Names of acknowledgements."""

    SKIPPED = "skipped"
    NOTHING = "nothing"
    SORRY = "sorry"
    THANKS = "thanks"
    HELLO = "hello"
    UNREAD = "unread"
    TOLD = "told"


def tone_of(message: str, *, asked: Topic | None) -> Tone:
    """The tone that fits, the first in this order."""
    text = plain(message)
    fits = {
        Tone.SKIPPED: skips(message),
        Tone.NOTHING: grammar.says("negative", text),
        Tone.SORRY: grammar.says("distress", text),
        Tone.THANKS: grammar.says("thanks", text),
        Tone.HELLO: grammar.says("greeting", text),
        Tone.UNREAD: asked in TO_BE_READ,
    }
    return next((tone for tone, does in fits.items() if does), Tone.TOLD)
