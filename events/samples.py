"""A valid payload for each event type, for test events and for documentation."""

from __future__ import annotations

from typing import Any, get_args

from pydantic.fields import FieldInfo

from events.grammar import EventPayload


def sample(kind: type[EventPayload]) -> EventPayload:
    """A payload of this kind, obviously made up; deterministic."""
    return kind.model_validate(
        {name: _value(name, info) for name, info in kind.model_fields.items() if info.is_required()}
    )


def _value(name: str, info: FieldInfo) -> Any:
    return _of(info.annotation, name)


def _of(annotation: Any, name: str) -> Any:
    origin = getattr(annotation, "__origin__", None)
    if annotation in (int, float):
        return 1
    if annotation is bool:
        return False
    if origin in (list, dict):
        return origin()
    options = get_args(annotation)
    if options and type(None) in options:
        return None
    if options:
        # A literal: its first value; an annotated or union type: its first part.
        return options[0] if not isinstance(options[0], type) else _of(options[0], name)
    return f"sample-{name.replace('_', '-')}"
