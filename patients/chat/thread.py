"""The conversation, rebuilt from the log: nothing else remembers it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q

from events.log import StreamKey
from events.models import Event, EventRows
from events.registry import EventType

PAGE = 50
LONGEST_PAGE = 200

SAID = EventType.CHAT_MESSAGE_SENT
ANSWERED = EventType.AGENT_RESPONSE_GENERATED


class Message(NamedTuple):
    """A message as it was recorded; `role` is patient, agent or system, `agent_name` null but for agents."""

    message_id: str
    role: str
    agent_name: str | None
    content: str
    content_type: str
    suggested_actions: list[dict[str, str]]
    created_at: datetime


class Page(NamedTuple):
    """Messages, oldest first; `before` is what to ask the page before this one with, None at the beginning."""

    messages: list[Message]
    before: str | None


def read_page(key: StreamKey, *, before: str | None = None, limit: int = PAGE) -> Page:
    """The newest messages, or those before the message `before`; an unknown one has none before it."""
    rows = _thread(key)
    if before is not None:
        place = find(key, before)
        if place is None:
            return Page([], None)
        rows = rows.filter(Q(created_at__lt=place.created_at) | Q(created_at=place.created_at, id__lt=place.id))
    # One more than asked for tells whether there is more.
    newest = list(rows.with_keys().order_by("-created_at", "-id")[: limit + 1])
    kept = [message(event) for event in reversed(newest[:limit])]
    return Page(kept, kept[0].message_id if len(newest) > limit else None)


def newest(key: StreamKey) -> Sequence[Message]:
    """The end of the conversation, oldest first: as much of it as an agent looks at."""
    return read_page(key, limit=LONGEST_PAGE).messages


def before(key: StreamKey, message_id: str) -> Sequence[Message]:
    """What was said when the message was sent, as much of it as an agent looks at."""
    return read_page(key, before=message_id, limit=LONGEST_PAGE).messages


def find(key: StreamKey, message_id: str) -> Event | None:
    """The event that recorded the message."""
    return _thread(key).filter(payload__message_id=message_id).order_by("-created_at").first()


def message(event: Event) -> Message:
    """The message that the event recorded."""
    said: dict[str, Any] = event.payload
    return Message(
        said["message_id"],
        said.get("role", "agent"),
        said.get("agent_name"),
        said["content"],
        said["content_type"],
        said.get("suggested_actions", []),
        event.created_at,
    )


def _thread(key: StreamKey) -> EventRows:
    return Event.objects.filter(
        tenant_id=key.tenant_id, patient_id=key.patient_id, event_type__in=[str(SAID), str(ANSWERED)]
    )
