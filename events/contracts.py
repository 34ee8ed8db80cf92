"""The registry seen from outside: JSON Schema, OpenAPI's description of the stream, TypeScript, prose.

Everything here is derived; `make contracts` writes it and `make check` fails when a written file is stale.
"""

from __future__ import annotations

import inspect
import json
from typing import Any

from events.grammar import REGISTRY, EventPayload

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def events_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of every event, as `contracts/events.schema.json`.

    `$defs` holds each payload under its class name and each event under its type; `oneOf` lists the events a
    stream may carry; `x-events` says how each type streams, what it causes, which of its fields are PHI.
    """
    definitions: dict[str, Any] = {}
    for name, kind in REGISTRY.items():
        definitions |= _payload_definitions(kind)
        definitions[name] = _event(name, kind, "#/$defs/")
    return {
        "$schema": DRAFT,
        "title": "Curaway events",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name, kind in REGISTRY.items() if kind.streams_as],
        "$defs": definitions,
        "x-events": {name: _facts(kind) for name, kind in REGISTRY.items()},
    }


def _payload_definitions(kind: type[EventPayload], prefix: str = "#/$defs/") -> dict[str, Any]:
    schema = kind.model_json_schema(ref_template=f"{prefix}{{model}}", mode="serialization")
    parts: dict[str, Any] = schema.pop("$defs", {})
    return {**parts, kind.__name__: schema}


def _event(name: str, kind: type[EventPayload], prefix: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": inspect.cleandoc(kind.__doc__ or ""),
        "properties": {
            "position": {"type": "integer", "minimum": 1} if kind.streams_as else {"type": "null"},
            "event_id": {"type": "string", "format": "uuid"},
            "event_type": {"const": name},
            "occurred_at": {"type": "string", "format": "date-time"},
            "correlation_id": {"type": "string"},
            "payload": {"$ref": f"{prefix}{kind.__name__}"},
        },
        "required": ["position", "event_id", "event_type", "occurred_at", "correlation_id", "payload"],
    }


def _facts(kind: type[EventPayload]) -> dict[str, Any]:
    return {
        "streams_as": kind.streams_as,
        "causes": list(kind.causes),
        "causes_if": dict(kind.causes_if),
        "audit": kind.audit,
        "phi": sorted(kind.phi_fields()),
    }


CONNECTED: dict[str, Any] = {
    "type": "object",
    "description": "The first frame: where the stream goes on from, and the record's summary.",
    "properties": {
        "patient_id": {"type": "string"},
        "position": {"type": "integer", "minimum": 0},
        "head": {"type": "integer", "minimum": 0},
        "resumed": {"type": "boolean"},
        "reset": {"enum": ["malformed", "ahead"]},
        "epoch": {
            "type": "string",
            "description": "The life of the log that positions belong to; sent back as `epoch=` when resuming.",
        },
        "heartbeat_seconds": {"type": "number"},
        "expires_at": {"type": "string", "format": "date-time"},
        "state": {"type": "object"},
    },
    "required": ["patient_id", "position", "head", "resumed", "heartbeat_seconds", "expires_at", "state"],
}

DONE: dict[str, Any] = {
    "type": "object",
    "description": "The last frame, when the server ends the stream.",
    "properties": {
        "reason": {"enum": ["idle", "timeout", "draining", "disabled", "revoked", "lagging"]},
        "position": {"type": "integer", "minimum": 0},
        "reconnect": {"type": "boolean"},
        "retry_ms": {"type": "integer", "minimum": 0},
    },
    "required": ["reason", "position", "reconnect", "retry_ms"],
}


def stream_openapi() -> dict[str, Any]:
    """The stream operation's part of OpenAPI 3.1: frames as items of `text/event-stream`, a schema per event."""
    frames = [_frame("connected", CONNECTED), *_event_frames(), _frame("done", DONE)]
    return {
        "parameters": [
            {
                "name": "Last-Event-ID",
                "in": "header",
                "required": False,
                "schema": {"type": "string"},
                "description": "Resume after this position. One that can't be honoured leads to a `reset`.",
            }
        ],
        "responses": {
            200: {
                "description": "A stream of frames; a line `:` after each silence of 15 seconds is a heartbeat.",
                "content": {
                    "text/event-stream": {
                        "schema": {"type": "array", "items": {"oneOf": frames}},
                        "example": EXAMPLE,
                    }
                },
            }
        },
    }


EXAMPLE = (
    'event: connected\nid: 41\nretry: 2000\ndata: {"patient_id":"demo-patient-maria-001","position":41,…}\n\n'
    'event: document_update\nid: 42\ndata: {"position":42,"event_type":"document_parsed",…}\n\n'
)


def _event_frames() -> list[dict[str, Any]]:
    frames = []
    for name, kind in REGISTRY.items():
        if kind.streams_as:
            event = _event(name, kind, "#/$defs/")
            event["$defs"] = _payload_definitions(kind)
            frames.append(_frame(kind.streams_as, event))
    return frames


def _frame(name: str, content: dict[str, Any]) -> dict[str, Any]:
    # The frame's fields as OpenAPI 3.2 names them; `data` is JSON inside a string.
    return {
        "type": "object",
        "title": f"{name}: {content['properties'].get('event_type', {}).get('const', name)}",
        "properties": {
            "event": {"const": str(name)},
            "id": {"type": "string"},
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": _inlined(content),
            },
        },
        "required": ["event", "id", "data"],
    }


def _inlined(content: dict[str, Any]) -> dict[str, Any]:
    """The schema without references: `#/$defs/` means something else in the middle of an OpenAPI document."""
    definitions = content.get("$defs", {})

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return walk(definitions[node["$ref"].rsplit("/", 1)[1]])
            return {key: walk(value) for key, value in node.items() if key != "$defs"}
        return [walk(item) for item in node] if isinstance(node, list) else node

    inlined: dict[str, Any] = walk(content)
    return inlined


def written(schema: Any) -> str:
    """A schema as it is committed."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
