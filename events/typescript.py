"""The registry as TypeScript: a discriminated union on `event_type`, derived from the JSON Schema."""

from __future__ import annotations

import json
from typing import Any

from events.contracts import events_schema
from events.grammar import REGISTRY
from events.registry import StreamEvent

SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def typescript() -> str:
    """`frontend/src/generated/events.ts`."""
    schema = events_schema()
    definitions = schema["$defs"]
    payloads = [name for name in definitions if name not in REGISTRY]
    streamed = [name for name, kind in REGISTRY.items() if kind.streams_as]
    parts = [
        "// Derived from events/registry.py by `make contracts`; do not edit.\n",
        *(_interface(name, definitions[name]) for name in payloads),
        _envelope(),
        "/** Every event a stream may carry, told apart by `event_type`. */\nexport type CurawayEvent =\n"
        + "\n".join(f'  | Streamed<"{name}", {REGISTRY[name].__name__}>' for name in streamed)
        + ";\n",
        'export type EventType = CurawayEvent["event_type"];\n',
        _stream_names(),
    ]
    return "\n".join(parts)


def _interface(name: str, schema: dict[str, Any]) -> str:
    # What the server always sends is required, whether or not the registry gives it a default.
    lines = [
        f"  readonly {field}{'?' if 'x-left-out' in about else ''}: {_type(about)};"
        for field, about in schema.get("properties", {}).items()
    ]
    body = "\n".join(lines)
    return (
        f"/** {_sentence(schema)} */\nexport interface {name} {{\n{body}\n}}\n"
        if lines
        else (f"/** {_sentence(schema)} */\nexport type {name} = Record<string, never>;\n")
    )


def _sentence(schema: dict[str, Any]) -> str:
    return " ".join(schema.get("description", "").split()).replace("*/", "*\\/")


def _type(about: dict[str, Any]) -> str:
    if "$ref" in about:
        return str(about["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in about:
        return " | ".join(_type(option) for option in about["anyOf"])
    if "const" in about or "enum" in about:
        return " | ".join(json.dumps(value) for value in about.get("enum", [about.get("const")]))
    return _container(about)


def _container(about: dict[str, Any]) -> str:
    if about.get("type") == "array":
        return f"ReadonlyArray<{_type(about['items'])}>"
    if about.get("type") == "object":
        return f"Readonly<Record<string, {_type(about.get('additionalProperties') or {})}>>"
    return SCALARS.get(about.get("type", ""), "unknown")


def _envelope() -> str:
    return (
        "/** One streamed event: `position` is its place in the patient's stream, dense from 1. */\n"
        "export interface Streamed<Type extends string, Payload> {\n"
        "  readonly position: number;\n"
        "  readonly event_id: string;\n"
        "  readonly event_type: Type;\n"
        "  readonly occurred_at: string;\n"
        "  readonly correlation_id: string;\n"
        "  readonly payload: Payload;\n"
        "}\n"
    )


def _stream_names() -> str:
    rows = []
    for stream in StreamEvent:
        names = " | ".join(f'"{name}"' for name, kind in REGISTRY.items() if kind.streams_as is stream)
        rows.append(f"  readonly {stream}: Extract<CurawayEvent, {{ event_type: {names} }}>;")
    return (
        "/** The event types behind each name a stream uses (`event:` of the frame). */\n"
        "export interface StreamEvents {\n" + "\n".join(rows) + "\n}\n\n"
        "export type StreamEventName = keyof StreamEvents;\n"
    )
