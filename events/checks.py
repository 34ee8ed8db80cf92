"""Refusals before the server starts: what a registry that imports may still have wrong."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from events.grammar import REGISTRY
from events.models import Event


@register("events")
def names_fit_their_columns(**_: Any) -> list[CheckMessage]:
    """An event type longer than its column would be refused by the database, one event at a time."""
    longest = Event._meta.get_field("event_type").max_length or 0
    return [
        Error(f"{kind.__name__}: the name {name!r} is longer than {longest} characters", id="events.E001")
        for name, kind in REGISTRY.items()
        if len(name) > longest
    ]
