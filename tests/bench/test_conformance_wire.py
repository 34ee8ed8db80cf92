"""How the kit reads an event stream and a body: to the byte, wherever the network cuts them."""

from __future__ import annotations

import pytest

from bench.conformance.address import address_of
from bench.conformance.body import Broken, body_reader
from bench.conformance.frames import FrameReader

STREAM = (
    "\ufeff: hello\r\nevent: note\r\nid: 7\r\ndata: one\r\ndata:two\r\n\r\n"
    ":\nid\ndata:  three\n\nevent: empty\n\ndata: unfi"
).encode()


class Head:
    """An answer's headers."""

    def __init__(self, **headers: str) -> None:
        self._headers = headers

    def header(self, name: str) -> str | None:
        return self._headers.get(name.replace("-", "_"))


@pytest.mark.parametrize("size", range(4, len(STREAM)))
def test_frames_are_the_same_however_they_are_cut(size: int) -> None:
    reader = FrameReader()
    for at in range(0, len(STREAM), size):
        reader.feed(STREAM[at : at + size], float(at))
    assert [(frame.event, frame.id, frame.data, frame.is_dispatched) for frame in reader.frames] == [
        ("note", "7", "one\ntwo", True),
        ("message", "", " three", True),
        ("empty", None, "", False),
    ]
    assert [line for line, _ in reader.comments] == [b": hello", b":"]
    assert reader.line_ends == {b"\r\n", b"\n"}
    assert reader.unfinished == b"data: unfi"


def test_an_id_with_nul_sets_none() -> None:
    reader = FrameReader()
    reader.feed(b"id: 1\0\ndata: x\n\n", 0.0)
    assert reader.frames[0].id is None


def test_chunks_are_taken_apart_wherever_they_are_cut() -> None:
    wire = b"3;name=value\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"
    for size in range(1, len(wire) + 1):
        body = body_reader("GET", 200, Head(transfer_encoding="chunked"))
        assert b"".join(body.feed(wire[at : at + size]) for at in range(0, len(wire), size)) == b"abc0123456789"
        assert body.ended


@pytest.mark.parametrize("wire", [b"x\r\nabc", b"3\r\nabcd\r\n", b"\r\n\r\n"])
def test_a_broken_chunk_is_said_to_be(wire: bytes) -> None:
    body = body_reader("GET", 200, Head(transfer_encoding="chunked"))
    with pytest.raises(Broken):
        body.feed(wire)


def test_two_lengths_are_broken() -> None:
    with pytest.raises(Broken, match="both"):
        body_reader("GET", 200, Head(transfer_encoding="chunked", content_length="4"))


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("http://127.0.0.1:8000/stream?a=b", "127.0.0.1", 8000, "/stream?a=b", "127.0.0.1:8000"),
        ("https://events.example", "events.example", 443, "/", "events.example"),
    ],
)
def test_a_url_is_taken_apart(url: str, host: str, port: int, path: str, authority: str) -> None:
    address = address_of(url)
    assert (address.host, address.port, address.path, address.authority) == (host, port, path, authority)


@pytest.mark.parametrize("url", ["ftp://example.org/", "example.org/stream", ""])
def test_what_is_no_url_of_http_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not a URL"):
        address_of(url)
