"""The client's parser, on what servers really send."""

from __future__ import annotations

import pytest

from bench.parser import EventStreamParser, id_of, nonce_of

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
EVENT = b'event: document_update\nid: 7\ndata: {"position":7,"correlation_id":"bench-41","payload":{}}'


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


def test_frames_come_out_of_chunks_wherever_the_network_cuts_them() -> None:
    wire = CHUNKED + chunk(EVENT + b"\n\n") + chunk(b":\n") + chunk(EVENT + b"\n\n" + EVENT + b"\n\n") + b"0\r\n\r\n"
    for size in range(1, len(wire) + 1):
        parser = EventStreamParser()
        pieces = [wire[at : at + size] for at in range(0, len(wire), size)]
        frames = [frame for piece in pieces for frame in parser.feed(piece)]
        assert frames == [EVENT, b":\n" + EVENT, EVENT]


def test_a_body_without_chunks_and_with_the_other_line_ends_reads_the_same() -> None:
    parser = EventStreamParser()
    assert parser.feed(HEAD + b"\r\n" + b": hi\r\n\r\n" + EVENT.replace(b"\n", b"\r\n") + b"\r\n\r") == [b": hi"]
    assert parser.feed(b"\n") == [EVENT]


def test_a_refusal_has_a_status_and_no_frames() -> None:
    parser = EventStreamParser()
    assert parser.feed(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\na\n\nb") == []
    assert parser.status == 503


def test_the_status_is_known_when_the_head_is_complete() -> None:
    parser = EventStreamParser()
    parser.feed(b"HTTP/1.1 200 OK\r\n")
    assert parser.status == 0
    parser.feed(b"\r\n")
    assert parser.status == 200


@pytest.mark.parametrize(
    ("frame", "nonce", "position"),
    [
        (EVENT, 41, b"7"),
        (b'id: 3\ndata: {"correlation_id": "bench-0"}', 0, b"3"),
        (b"event: connected\nid: 12", None, b"12"),
        (b'data: {"correlation_id": "bench-5"}', 5, None),
        (b": hi", None, None),
    ],
)
def test_an_event_of_the_bench_is_known_by_its_number(frame: bytes, nonce: int | None, position: bytes | None) -> None:
    assert (nonce_of(frame), id_of(frame)) == (nonce, position)
