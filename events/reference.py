"""The registry as prose: `docs/reference/events.md`."""

from __future__ import annotations

import inspect
from enum import StrEnum
from typing import Any

from events.contracts import events_schema
from events.grammar import REGISTRY, EventPayload
from events.registry import StreamEvent


def reference() -> str:
    """Every event type: how it streams, what it carries, which fields are protected, what it causes."""
    definitions = events_schema()["$defs"]
    parts = [
        "# Events\n",
        "Derived from `events/registry.py` by `make contracts`; do not edit. Fields marked **PHI** are masked in"
        " the admin, in exports and in logs.\n",
    ]
    for stream in (*StreamEvent, None):
        parts.append(f"## Streamed as `{stream}`\n" if stream else "## Recorded only\n")
        parts += [_entry(name, kind, definitions) for name, kind in REGISTRY.items() if kind.streams_as is stream]
    return "\n".join(parts)


def _entry(name: str, kind: type[EventPayload], definitions: dict[str, Any]) -> str:
    properties = definitions[kind.__name__].get("properties", {})
    rows = [
        f"| `{field}` | {_type(about)} | {'**PHI**' if field in kind.phi_fields() else ''} |"
        for field, about in properties.items()
    ]
    table = ["| field | type | |", "|---|---|---|", *rows, ""] if rows else ["No fields.", ""]
    causes = [f"Causes the job {', '.join(_job(kind, job) for job in kind.causes)}.\n"] if kind.causes else []
    audit = f"Audit sentence: “{kind.audit}”.\n"
    return "\n".join([f"### `{name}`\n", inspect.cleandoc(kind.__doc__ or "") + "\n", *table, *causes, audit])


def _job(kind: type[EventPayload], job: StrEnum) -> str:
    return f"`{job}`" + (f" if `{kind.causes_if[job]}`" if job in kind.causes_if else "")


def _type(about: dict[str, Any]) -> str:
    if "$ref" in about:
        return str(about["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in about:
        return " or ".join(_type(option) for option in about["anyOf"])
    if "const" in about or "enum" in about:
        return " or ".join(f"`{value}`" for value in about.get("enum", [about.get("const")]))
    if about.get("type") == "array":
        return f"list of {_type(about['items'])}"
    if about.get("type") == "object":
        return f"map of text to {_type(about.get('additionalProperties') or {})}"
    return {"string": "text", "integer": "whole number", "null": "null"}.get(about["type"], str(about["type"]))
