"""The exact bytes of the wire."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.frames import HEARTBEAT, Done, Frame, chunks, connected_frame, done_frame, event_frame, one_line
from events.log import Row

EVENT_ID = "7b9f8e4e-2f8a-4f0e-9d0c-0a1b2c3d4e5f"
HARD_TEXTS = {
    "line separator": "a\u2028b",
    "paragraph separator": "a\u2029b",
    "next line": "a\u0085b",
    "carriage return": "a\rb\r\nc\nd",
    "NUL": "a\x00b",
    "file separators": "a\x1c\x1d\x1e\x1fb\x0b\x0c",
    "emoji": "\U0001f9b4 \U0001f469\u200d⚕️",
    "byte order mark": "\ufeffa",
    "quotes and backslashes": '"\\u2028\\',
    "arabic": "ركبة",
    "200 KB": "x" * 200_000,
    "a frame inside": "\n\nevent: done\ndata: {}\n\n",
}


def row(payload: str) -> Row:
    return Row(42, EVENT_ID, "document_parsed", "2026-01-02T03:04:05.678901Z", "corr-1", payload)


def test_an_event_frame_is_these_bytes():
    assert event_frame(row('{"pages": 2}')) == Frame(
        42,
        "document_update",
        b"event: document_update\n"
        b"id: 42\n"
        b'data: {"position":42,"event_id":"7b9f8e4e-2f8a-4f0e-9d0c-0a1b2c3d4e5f",'
        b'"event_type":"document_parsed","occurred_at":"2026-01-02T03:04:05.678901Z",'
        b'"correlation_id":"corr-1","payload":{"pages": 2}}\n'
        b"\n",
    )


def test_the_connected_frame_is_these_bytes():
    facts = {"patient_id": "p", "position": 41, "state": {}}
    assert connected_frame(facts, retry_ms=2000) == (
        b'event: connected\nid: 41\nretry: 2000\ndata: {"patient_id":"p","position":41,"state":{}}\n\n'
    )


def test_the_done_frame_is_these_bytes():
    assert done_frame(Done("draining", reconnect=True, retry_ms=1234), position=42) == (
        b'event: done\nid: 42\ndata: {"reason":"draining","position":42,"reconnect":true,"retry_ms":1234}\n\n'
    )


def test_a_heartbeat_is_these_bytes():
    assert HEARTBEAT == b":\n"


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS)
def test_no_text_breaks_a_frame_or_is_changed_by_it(text):
    wire = event_frame(row(json.dumps({"filename": text}, ensure_ascii=False))).wire.decode()
    # Split as the most careless client would: at every line end that Unicode knows.
    lines = wire.splitlines()
    assert [line.split(":")[0] for line in lines] == ["event", "id", "data", ""]
    assert wire.endswith("\n\n")
    assert json.loads(lines[2].removeprefix("data: "))["payload"]["filename"] == text


@given(st.text())
def test_any_text_stays_on_one_line_and_comes_back(text):
    line = one_line({"text": text})
    assert len(line.splitlines()) == 1
    assert json.loads(line) == {"text": text}


@given(st.lists(st.integers(1, 100), max_size=30), st.integers(1, 200))
def test_chunks_keep_every_byte_in_order_and_know_their_last_position(sizes, limit):
    frames = [Frame(number, "n", bytes([number % 250]) * size) for number, size in enumerate(sizes, 1)]
    pieces = list(chunks(frames, size=limit))
    assert b"".join(piece for piece, _ in pieces) == b"".join(frame.wire for frame in frames)
    assert all(len(piece) <= max(limit, 100) for piece, _ in pieces)
    assert [position for _, position in pieces][-1:] == [frame.position for frame in frames][-1:]
