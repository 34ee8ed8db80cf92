"""The event every contender is told of: the same payload, so that all send about the same bytes."""

from __future__ import annotations

from typing import Any

from bench.parser import MARK

EVENT_TYPE = "document_parsing"
STREAMED_AS = "document_update"
TENANT = "tenant-curaway-patients"


def correlation_id(nonce: int) -> str:
    return f"{MARK.decode()}{nonce}"


def payload(patient: str) -> dict[str, Any]:
    """What is recorded when a reader took a document."""
    return {
        "document_id": f"doc_{patient}_0a1b2c3d4e5f6071829304a5",
        "filename": "discharge-letter-orthopaedics.pdf",
        "status": "parsing",
    }


def whole_event(patient: str, nonce: int) -> dict[str, Any]:
    """The event as clients read it, for contenders that are given what they send."""
    return {
        "position": nonce,
        "event_id": "00000000-0000-4000-8000-000000000000",
        "event_type": EVENT_TYPE,
        "occurred_at": "2030-01-01T00:00:00.000000Z",
        "correlation_id": correlation_id(nonce),
        "payload": payload(patient),
    }


PAYLOAD_SQL = (
    "jsonb_build_object('document_id', 'doc_' || {patient} || '_0a1b2c3d4e5f6071829304a5', "
    "'filename', 'discharge-letter-orthopaedics.pdf', 'status', 'parsing')"
)
"""The same payload in SQL; `{patient}` is an expression."""


def frame_data(row: Any) -> str:
    """The frame's JSON as all contenders of ours write it; `row` has the columns of a plain event row."""
    position, event_id, event_type, occurred_at, correlation, body = row
    instant = occurred_at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return (
        f'{{"position":{position},"event_id":"{event_id}","event_type":"{event_type}","occurred_at":"{instant}",'
        f'"correlation_id":"{correlation}","payload":{body}}}'
    )
