"""An event as a sentence for auditors."""

from __future__ import annotations

from events.grammar import REGISTRY
from events.models import Event
from events.sealing.sealed_field import recorded


def audit_sentence(event: Event) -> str:
    """What happened, in words that quote no protected field; the type's name when the sentence can't be made."""
    kind = REGISTRY.get(event.event_type)
    if kind is None:
        return event.event_type
    try:
        return kind.audit.format_map(recorded(event))
    except (KeyError, TypeError, ValueError):
        # Recorded by an older version of the type, or by hand.
        return event.event_type
