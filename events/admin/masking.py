"""What the admin shows of a payload to somebody who may not see, or did not ask for, protected fields."""

from __future__ import annotations

from typing import Any

from events.grammar import REGISTRY
from events.models import Event
from events.sealing.sealed_field import recorded

MASK = "••••"


def masked(event: Event) -> Any:
    """The payload with every protected field replaced as a whole, however deep it is.

    A field its class does not know (recorded by an older version) is replaced too; of an unknown type, everything.
    """
    kind = REGISTRY.get(event.event_type)
    payload = recorded(event)
    if kind is None or not isinstance(payload, dict):
        return MASK
    open_fields = kind.model_fields.keys() - kind.phi_fields()
    return {name: value if name in open_fields else MASK for name, value in payload.items()}


def hides(event: Event) -> bool:
    """Whether `masked` shows less than there is."""
    return bool(masked(event) != recorded(event))


def whole(event: Event) -> Any:
    """The payload as it was recorded; of an erased person as much as there is left of it."""
    return event.payload
