"""Events as a file: CSV for spreadsheets, JSON for programs; made in memory, so bounded."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from typing import Any

from events.audit import audit_sentence
from events.models import Event

MOST_EVENTS = 10_000
"""A longer list is refused, not cut: an auditor would take the part for the whole."""

COLUMNS = (
    "id",
    "created_at",
    "event_type",
    "tenant_id",
    "patient_id",
    "position",
    "actor_id",
    "correlation_id",
    "locale",
    "source_service",
    "api_version",
    "client_type",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, which could send other cells away."""

Payload = Callable[[Event], Any]


def as_csv(events: Iterable[Event], payload: Payload) -> bytes:
    """A line per event, the payload as JSON text; with a byte order mark, without which Excel garbles accents."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, quoting=csv.QUOTE_ALL)
    lines.writerow([*COLUMNS, "audit", "payload"])
    for event in events:
        record = _record(event, payload)
        cells = [*(record[column] for column in (*COLUMNS, "audit")), _json(record["payload"])]
        lines.writerow([_harmless(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def as_json(events: Iterable[Event], payload: Payload) -> bytes:
    """An array of events, in the list's order."""
    return _json([_record(event, payload) for event in events]).encode()


def _record(event: Event, payload: Payload) -> dict[str, Any]:
    facts = {column: getattr(event, column) for column in COLUMNS}
    facts |= {"id": str(event.pk), "created_at": event.created_at.isoformat()}
    return {**facts, "audit": audit_sentence(event), "payload": payload(event)}


def _harmless(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
