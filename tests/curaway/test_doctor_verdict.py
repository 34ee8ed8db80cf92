"""From what came of a stream, and when, the doctor names what is wrong with its way."""

from __future__ import annotations

import pytest

from curaway.doctor.finding import State
from curaway.doctor.layers import help_with, layers
from curaway.doctor.recording import Recording
from curaway.doctor.verdict import verdict


def stream(**facts) -> Recording:
    """A stream that is well, but for these facts."""
    well = {
        "status": 200,
        "version": "HTTP/2",
        "encrypted": True,
        "headers": {"content-type": "text/event-stream; charset=utf-8", "server": "nginx"},
        "head_at": 0.02,
        "connected_at": 0.03,
        "heartbeats": [15.0, 30.0],
        "last_byte_at": 30.0,
        "watched_seconds": 33.0,
    }
    return Recording(**{**well, **facts})


def found(
    recording: Recording, plain: Recording | None = None, old: Recording | None = None
) -> dict[str, tuple[State, str]]:
    """State and words, by what was looked at."""
    findings = verdict(recording, plain or recording, old or plain or recording, name="stream")
    return {one.check.removeprefix("stream "): (one.state, one.says) for one in findings}


def nothing(**facts) -> Recording:
    """What is left of a stream of which nothing came."""
    return stream(status=0, headers={}, connected_at=None, heartbeats=[], **facts)


def test_a_stream_that_is_well_is_said_to_be():
    assert {state for state, _ in found(stream()).values()} == {State.OK}
    assert found(stream())["opens"][1] == "200 after 20 ms, through nginx"


def test_compression_is_named_with_who_does_it():
    headers = {"content-type": "text/event-stream", "server": "nginx/1.22.1", "content-encoding": "gzip"}
    state, says = found(stream(headers=headers))["compression"]
    assert state is State.FAIL
    assert says == "the stream is compressed (gzip) by nginx: frames wait in the compressor"


def test_what_cannot_be_read_is_judged_by_what_came_without_compression():
    headers = {"content-type": "text/event-stream", "content-encoding": "br"}
    unread = stream(headers=headers, readable=False, connected_at=None, heartbeats=[])
    checks = found(unread, plain=stream())
    assert [check for check, (state, _) in checks.items() if state is State.FAIL] == ["compression"]


def test_a_body_that_does_not_come_is_buffered():
    state, says = found(stream(connected_at=None, heartbeats=[]))["buffering"]
    assert state is State.FAIL
    assert says == "the head came, and in 33 s nothing of the body: it is buffered by nginx"


def test_a_first_frame_that_comes_late_was_held_back():
    assert found(stream(connected_at=4.0))["buffering"][0] is State.FAIL


def test_heartbeats_that_come_together_were_collected():
    state, says = found(stream(heartbeats=[30.0, 30.0, 30.1]))["buffering"]
    assert state is State.FAIL
    assert says == "3 heartbeats came together: it is buffered by nginx"


def test_heartbeats_that_do_not_come_are_missed_when_it_was_time_for_them():
    for check in ("heartbeats", "buffering"):
        assert found(stream(heartbeats=[], watched_seconds=33.0))[check][0] is State.FAIL
        assert found(stream(heartbeats=[], watched_seconds=10.0))[check][0] is State.OK


def test_what_comes_over_http_2_and_not_over_http_1_is_buffered():
    checks = found(stream(), plain=stream(), old=nothing())
    assert [check for check, (state, _) in checks.items() if state is State.FAIL] == ["buffering"]
    assert checks["buffering"][1] == (
        "over HTTP/1.1 not even the head of the answer came within 33 s: it is buffered by nginx"
    )


def test_a_stream_that_answers_only_to_head_is_buffered():
    held = nothing(answers_head=True)
    held.headers = {"server": "nginx"}
    assert found(held) == {
        "buffering": (
            State.FAIL,
            "not even the head of the answer came within 33 s, though HEAD is answered: it is buffered by nginx",
        )
    }


def test_who_compresses_and_buffers_holds_even_the_head_back_from_who_accepts_it():
    checks = found(nothing(), plain=stream(heartbeats=[]))
    assert [check for check, (state, _) in checks.items() if state is State.FAIL] == [
        "compression",
        "buffering",
        "heartbeats",
    ]
    assert checks["compression"][1] == (
        "who accepts compression, as browsers do, does not even get the head within 33 s: "
        "the stream is compressed by nginx"
    )


def test_a_cut_after_silence_names_the_time_limit():
    state, says = found(stream(heartbeats=[], last_byte_at=0.03, ended_at=3.04, watched_seconds=3.04))["cut"]
    assert state is State.FAIL
    assert says == (
        "cut after 3.0 s, 3.0 s after the last byte, without the server's last frame: by nginx, which lets an answer "
        "be silent for 3 s, and heartbeats come every 15 s"
    )


def test_a_cut_in_the_middle_of_traffic_is_a_limit_on_the_whole():
    says = found(stream(last_byte_at=30.0, ended_at=30.2))["cut"][1]
    assert says.endswith("which limits how long an answer may take as a whole, or is being restarted")


def test_an_end_that_the_server_announced_is_no_cut():
    assert found(stream(done="draining", ended_at=20.0))["cut"] == (State.OK, "the server ended it: draining")


@pytest.mark.parametrize(
    ("version", "encrypted", "state"),
    [("HTTP/2", True, State.OK), ("HTTP/1.1", True, State.WARN), ("HTTP/1.1", False, State.OK)],
)
def test_http_1_is_worth_a_warning_where_browsers_could_do_better(version, encrypted, state):
    assert found(stream(version=version, encrypted=encrypted))["version"][0] is state


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"status": 401}, "it answered 401"),
        ({"status": 0, "fault": "ConnectError"}, "no connection: ConnectError"),
        ({"status": 0, "headers": {}}, "not even the head of the answer came within 33 s"),
        ({"headers": {"content-type": "text/html"}}, "its type is 'text/html'"),
    ],
)
def test_a_stream_that_does_not_open_is_told_from_one_that_hangs(facts, says):
    assert found(stream(**facts))["opens"] == (State.FAIL, says)


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        ({"server": "uvicorn"}, []),
        ({"server": "nginx/1.22.1"}, ["nginx"]),
        ({"server": "Caddy"}, ["Caddy"]),
        ({"server": "uvicorn", "via": "1.1 Caddy"}, ["Caddy"]),
        ({"server": "cloudflare", "cf-ray": "8f1"}, ["Cloudflare"]),
        (
            {"server": "nginx", "via": "1.1 varnish, 2.0 edge", "cf-ray": "8f1"},
            ["Cloudflare", "nginx", "varnish", "edge"],
        ),
    ],
)
def test_who_stands_in_between_is_read_from_the_headers(headers, names):
    assert layers(headers) == names


def test_the_advice_is_for_the_layer_that_is_known():
    assert help_with("cut", {"server": "nginx"}).startswith("nginx: in the stream's location: `proxy_read_timeout")
    assert help_with("cut", {"via": "1.1 acme"}) == "acme: let an answer be silent for at least four heartbeats"
