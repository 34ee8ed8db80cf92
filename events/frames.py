"""Server-sent events on the wire; pure.

Source: the WHATWG HTML standard, section 9.2, "Server-sent events". Every frame here is `event`, `id`, one
`data` line of JSON, and a blank line; lines end in "\\n".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii
from typing import Any, NamedTuple

from events.log import Row
from events.registry import streamed_types

HEARTBEAT = b":\n"
"""A comment line without a blank line after it: with one, a popular client fires an empty message."""

STREAMED_AS = streamed_types()

# Legal inside a JSON string and inside a data line, yet line ends to clients that split text as Unicode does.
_LINE_ENDS = str.maketrans({"\u0085": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class Frame(NamedTuple):
    """One event on the wire: its position, the name it streams under, its bytes."""

    position: int
    name: str
    wire: bytes


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC, microseconds, `Z`."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def one_line(value: Any) -> str:
    """Compact JSON that no client's line splitting can break."""
    return _unbroken(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _unbroken(text: str) -> str:
    # None of them is ASCII, which most texts are.
    return text if text.isascii() else text.translate(_LINE_ENDS)


def as_json(row: Row) -> str:
    """An event as clients read it, on the stream and at `/events`: the payload's own text, not parsed again."""
    return (
        f'{{"position":{row.position},"event_id":"{row.event_id}","event_type":"{row.event_type}",'
        f'"occurred_at":"{row.occurred_at}","correlation_id":{encode_basestring_ascii(row.correlation_id)},'
        f'"payload":{_unbroken(row.payload)}}}'
    )


def event_frame(row: Row) -> Frame:
    """The frame of a streamed event."""
    # During a rolling deploy a newer process may record a type that this one does not know yet.
    name = STREAMED_AS.get(row.event_type, row.event_type)
    return Frame(row.position, name, f"event: {name}\nid: {row.position}\ndata: {as_json(row)}\n\n".encode())


def connected_frame(facts: dict[str, Any], *, retry_ms: int) -> bytes:
    """The first frame; `facts["position"]` is where the stream goes on from. `retry` rides on it, because a
    `retry` line alone makes some clients fire an empty message."""
    return f"event: connected\nid: {facts['position']}\nretry: {retry_ms}\ndata: {one_line(facts)}\n\n".encode()


class Done(NamedTuple):
    """Why the server ends a stream, whether the client should come back, and after how many milliseconds."""

    reason: str
    reconnect: bool
    retry_ms: int


def done_frame(done: Done, *, position: int) -> bytes:
    """The last frame of a stream that the server ends."""
    facts = {
        "reason": done.reason,
        "position": position,
        "reconnect": done.reconnect,
        "retry_ms": done.retry_ms,
    }
    return f"event: done\nid: {position}\ndata: {one_line(facts)}\n\n".encode()


def chunks(frames: Iterable[Frame], *, size: int = 32 * 1024) -> Iterable[tuple[bytes, int]]:
    """The frames as pieces of about `size` bytes to write at once, each with the position it ends at."""
    pieces: list[bytes] = []
    length = position = 0
    for frame in frames:
        if pieces and length + len(frame.wire) > size:
            yield b"".join(pieces), position
            pieces, length = [], 0
        pieces.append(frame.wire)
        length += len(frame.wire)
        position = frame.position
    if pieces:
        yield b"".join(pieces), position
