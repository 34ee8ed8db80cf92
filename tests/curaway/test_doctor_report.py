"""What the doctor notes of a stream as its bytes come, and how it says what it found."""

from __future__ import annotations

import json
import zlib

import pytest

from curaway.doctor.finding import fail, ok, warn
from curaway.doctor.recording import Recording
from curaway.doctor.report import as_json, as_text, is_well
from curaway.doctor.watch import decoder, unreadable


class TestRecording:
    def test_frames_and_heartbeats_are_told_apart_however_the_bytes_are_cut(self):
        connected = {"heartbeat_seconds": 1.5}
        wire = f"event: connected\nid: 0\ndata: {json.dumps(connected)}\n\n:\n:\n".encode()
        wire += b'event: ehr_update\nid: 1\ndata: {}\n\n:\nevent: done\nid: 1\ndata: {"reason": "idle"}\n\n'
        for size in (1, 3, 7, len(wire)):
            recording = Recording()
            for begin in range(0, len(wire), size):
                recording.receive(wire[begin : begin + size], at=float(begin))
            assert (recording.heartbeat_seconds, len(recording.heartbeats), recording.done) == (1.5, 3, "idle")
            assert recording.connected_at is not None

    @pytest.mark.parametrize("wbits", [zlib.MAX_WBITS, zlib.MAX_WBITS | 16])
    def test_what_is_compressed_is_read_as_it_comes(self, wbits):
        packed = zlib.compressobj(wbits=wbits)
        pieces = [packed.compress(b":\n") + packed.flush(zlib.Z_SYNC_FLUSH) for _ in range(3)]
        decode = decoder("gzip")
        assert [decode(piece) for piece in pieces] == [b":\n"] * 3

    def test_what_nobody_here_can_read_is_said_to_be(self):
        assert decoder("br") is unreadable
        assert decoder("identity")(b":\n") == b":\n"


class TestReport:
    findings = (ok("database", "answers"), warn("wake-ups", "off", "turn them on"), fail("flag", "off", "turn it on"))

    def test_each_check_has_a_line_and_what_to_do_another(self):
        assert as_text(self.findings).splitlines() == [
            "ok    database  answers",
            "warn  wake-ups  off",
            "                → turn them on",
            "fail  flag      off",
            "                → turn it on",
            "",
            "1 ok, 1 warn, 1 fail",
        ]

    def test_the_same_as_json(self):
        said = json.loads(as_json(self.findings))
        assert said["ok"] is False
        assert said["findings"][1] == {"check": "wake-ups", "state": "warn", "says": "off", "do": "turn them on"}

    def test_a_warning_is_well_enough_and_a_failure_is_not(self):
        assert is_well(self.findings[:2])
        assert not is_well(self.findings)
