"""An event as a sentence for auditors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from events.grammar import REGISTRY, quoted
from events.models import Event
from events.sealing.sealed_field import recorded


def audit_sentence(event: Event) -> str:
    """What happened, in words that quote no protected field; the type's name when the sentence can't be made."""
    kind = REGISTRY.get(event.event_type)
    if kind is None:
        return event.event_type
    try:
        words = _words(recorded(event))
        missing = kind.audit_without and any(words[name] is None for name in quoted(kind.audit))
        return (kind.audit_without if missing else kind.audit).format_map(words)
    except (AttributeError, KeyError, TypeError, ValueError):
        # Recorded by an older version of the type, or by hand.
        return event.event_type


def _words(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _word(value) for name, value in payload.items()}


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(map(str, value)) or "nothing") if isinstance(value, list) else value
