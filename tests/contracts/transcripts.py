"""Golden transcripts: whole streams, byte by byte, that every client of the stream is tested with.

`python -m tests.contracts.transcripts` writes `contracts/transcripts/*.sse` again after a change of the wire.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curaway.settings")

import django

django.setup()

from events.frames import HEARTBEAT, Done, connected_frame, done_frame, event_frame, instant  # noqa: E402
from events.grammar import REGISTRY  # noqa: E402
from events.log import Row  # noqa: E402

FOLDER = Path(__file__).resolve().parents[2] / "contracts" / "transcripts"
PATIENT = "demo-patient-maria-001"
OPENED = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
RETRY_MS = 2000
EPOCH = "5f0c1f52-6a3b-4c0e-9d3a-2b7f7d1c9e10"
KNEE = {"document_id": "doc_1", "filename": "knee-report.pdf"}
UPLOADED = {**KNEE, "content_type": "application/pdf", "size": 48213}
PARSED = {**KNEE, "pages": 2, "characters": 1840, "method": "text"}
HARD_TEXTS = (
    "line separator \u2028 paragraph separator \u2029 next line \u0085 end",
    "carriage return \r line end \n both \r\n end",
    "quotes \" and ' and backslash \\u2028",
    "\U0001f9b4 \U0001f469\u200d⚕️ ركبة 膝",
    "\n\nevent: done\nid: 99\ndata: {}\n\n",
    ": no comment",
    "\ufeffbyte order mark",
    "control \x0b\x0c\x1c\x1d\x1e end",
)


def transcripts() -> Mapping[str, bytes]:
    """File name → the bytes of one stream."""
    return {
        "first-visit.sse": first_visit(),
        "resumed.sse": resumed(),
        "reset-ahead.sse": reset_ahead(),
        "draining.sse": draining(),
        "hard-texts.sse": hard_texts(),
    }


def first_visit() -> bytes:
    """A patient without history uploads a report, watches it being read, and nothing more happens."""
    return b"".join(
        (
            _connected(position=0, head=0, resumed=False),
            _event(1, "document_uploaded", UPLOADED),
            _event(2, "document_parsing", KNEE),
            _event(3, "document_parsed", PARSED),
            HEARTBEAT,
            done_frame(Done("idle", reconnect=False, retry_ms=RETRY_MS), position=3),
        )
    )


def resumed() -> bytes:
    """Cut after position 1, taken up there; the state is newer than the position it goes on from."""
    return b"".join(
        (
            _connected(position=1, head=3, resumed=True),
            _event(2, "document_parsing", KNEE),
            _event(3, "document_parsed", PARSED),
            _event(4, "document_analyzing", KNEE),
            done_frame(Done("timeout", reconnect=True, retry_ms=640), position=4),
        )
    )


def reset_ahead() -> bytes:
    """The client knew a position that the log has not reached: it starts again from the state."""
    return b"".join(
        (
            _connected(position=2, head=2, resumed=False, reset="ahead"),
            _event(3, "document_analyzed", KNEE),
            done_frame(Done("idle", reconnect=False, retry_ms=RETRY_MS), position=3),
        )
    )


def draining() -> bytes:
    """The server leaves in the middle of the work; the client comes back after `retry_ms`."""
    return b"".join(
        (
            _connected(position=3, head=3, resumed=False),
            HEARTBEAT,
            HEARTBEAT,
            _event(4, "document_analyzing", KNEE),
            done_frame(Done("draining", reconnect=True, retry_ms=2345), position=4),
        )
    )


def hard_texts() -> bytes:
    """Texts that break clients which split lines as they should not."""
    answers = [
        _event(
            number,
            "agent_response_generated",
            {
                "message_id": f"msg_{number}",
                "agent_name": "intake",
                "content": text,
                "suggested_actions": [{"action": "reply", "label": text}],
            },
        )
        for number, text in enumerate(HARD_TEXTS, start=1)
    ]
    last = done_frame(Done("idle", reconnect=False, retry_ms=RETRY_MS), position=len(HARD_TEXTS))
    return b"".join((_connected(position=0, head=0, resumed=False), *answers, last))


def _connected(*, position: int, head: int, resumed: bool, reset: str | None = None) -> bytes:
    facts = {
        "patient_id": PATIENT,
        "position": position,
        "head": head,
        "resumed": resumed,
        **({} if reset is None else {"reset": reset}),
        "epoch": EPOCH,
        "heartbeat_seconds": 15,
        "expires_at": "2026-01-02T03:09:05.678901Z",
        "state": {"documents": [], "intake_progress": {"progress": 0.25, "categories": {}}, "position": head},
    }
    return connected_frame(facts, retry_ms=RETRY_MS)


def _event(position: int, event_type: str, payload: dict[str, Any]) -> bytes:
    fact = REGISTRY[event_type].model_validate(payload).model_dump(mode="json")
    row = Row(
        position,
        str(uuid.UUID(int=position)),
        event_type,
        instant(OPENED + timedelta(seconds=position)),
        f"corr-{position}",
        as_postgres_writes(fact),
    )
    return event_frame(row).wire


def as_postgres_writes(fact: dict[str, Any]) -> str:
    """The text of a jsonb: shorter keys first, a space after each colon and comma."""
    return json.dumps(_ordered(fact), ensure_ascii=False)


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: (len(key), key))}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in transcripts().items():
        (FOLDER / name).write_bytes(content)
