"""The chaos clients' own reading of server-sent events."""

from __future__ import annotations

from bench.chaos.sse import Frame, Parser

WIRE = b':\nevent: document_update\nid: 4\ndata: {"position":4}\n\n:\nevent: done\nid: 4\ndata: {}\n\n'


def test_frames_are_read_whatever_the_pieces_they_come_in() -> None:
    whole = [Frame("document_update", "4", '{"position":4}'), Frame("done", "4", "{}")]
    assert Parser().feed(WIRE) == whole
    for size in range(1, len(WIRE)):
        parser = Parser()
        pieces = [WIRE[at : at + size] for at in range(0, len(WIRE), size)]
        assert [frame for piece in pieces for frame in parser.feed(piece)] == whole


def test_half_a_frame_is_never_heard() -> None:
    first = WIRE.index(b"\n\n") + 2
    assert all(not Parser().feed(WIRE[:end]) for end in range(first))
