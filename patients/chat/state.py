"""Where a conversation stands: what is known, what was asked, what was declined; found in the record and the log.

Nothing is remembered between two messages. What an agent asked is in the suggested actions it sent along.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from patients.chat import grammar, topics
from patients.chat.thread import Message
from patients.chat.topics import ASKING, DENIED, READ_FROM_DOCUMENTS, SKIPPING, Summary, Topic
from patients.chat.wording import plain

OFTEN_ENOUGH = 2
"""So many times a topic is asked about; whoever has not answered by then does not want to."""

LOCALES = ("en", "es", "ar", "tr", "th", "hi")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """`asked` counts how often each topic was; `last_asked` is what the message answers; `closed` needs no asking any
    more: told to be nothing, or declined."""

    summary: Summary
    locale: str = "en"
    asked: Mapping[Topic, int] = field(default_factory=dict)
    last_asked: Topic | None = None
    closed: frozenset[Topic] = frozenset()

    @property
    def documents_processing(self) -> int:
        return topics.documents_processing(self.summary)

    @property
    def progress(self) -> float:
        """The intake's, 0-1."""
        return float(self.summary["intake_progress"]["progress"])

    def gaps(self) -> list[Topic]:
        """What may be asked about now, the next first. Money is last whatever else happened."""
        missing = [topic for of in topics.gaps(self.summary).values() for topic in of]
        open_ = [topic for topic in missing if topic not in self.closed and self._times(topic) < OFTEN_ENOUGH]
        return sorted(open_, key=self._turn)

    def _turn(self, topic: Topic) -> tuple[bool, bool, int, int]:
        waits = self.documents_processing > 0 and topic in READ_FROM_DOCUMENTS
        return topic is Topic.BUDGET, waits, self._times(topic), list(Topic).index(topic)

    def _times(self, topic: Topic) -> int:
        return self.asked.get(topic, 0)


def state_of(summary: Summary, thread: Sequence[Message], *, locale: str, last_asked: Topic | None) -> State:
    """The state of a conversation, `thread` oldest first."""
    asked = Counter(topic for message in thread for topic in asked_in(message))
    return State(
        summary=summary,
        locale=locale,
        asked=asked,
        last_asked=last_asked,
        closed=frozenset(_closed(thread)),
    )


def asked_in(message: Message) -> set[Topic]:
    """What an agent's message asks about; at most one topic."""
    named = (action["action"].removeprefix(ASKING).removeprefix(SKIPPING) for action in _asking(message))
    return {Topic(name) for name in named if name in set(Topic)}


def last_asked(thread: Sequence[Message]) -> Topic | None:
    """What the newest answer asks about."""
    newest = next((message for message in reversed(thread) if message.role == "agent"), None)
    return next(iter(asked_in(newest)), None) if newest else None


def skips(message: str) -> bool:
    """Whether it only says that somebody can't or won't answer."""
    return any(pattern.fullmatch(_bare(message)) for pattern in grammar.patterns("skip"))


def locale_of(wanted: str | None, otherwise: str) -> str:
    """The language to answer in: the client's when it is one of ours, else the patient's. `es-MX` is `es`."""
    language = (wanted or "").lower().replace("_", "-").partition("-")[0]
    return language if language in LOCALES else otherwise


def _asking(message: Message) -> list[dict[str, str]]:
    return [one for one in message.suggested_actions if one["action"].startswith((ASKING, SKIPPING))]


def _closed(thread: Sequence[Message]) -> Iterable[Topic]:
    asked: Topic | None = None
    for message in thread:
        if message.role == "agent":
            asked = next(iter(asked_in(message)), None)
            continue
        text = plain(message.content)
        yield from (topic for topic, group in DENIALS.items() if grammar.says(group, text))
        if asked is not None and (skips(message.content) or (asked in DENIED and grammar.says("negative", text))):
            yield asked


DENIALS = {
    Topic.ALLERGIES: "none_allergies",
    Topic.MEDICATIONS: "none_medications",
    Topic.CONDITIONS: "none_conditions",
    Topic.SURGERIES: "none_surgeries",
}


def _bare(message: str) -> str:
    return plain(message).strip(" .,!?")
