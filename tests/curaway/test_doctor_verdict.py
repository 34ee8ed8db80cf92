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
    findings = verdict(recording, plain or recording, old or plain or recording, name="stream", lifetime_seconds=300)
    return {one.check.removeprefix("stream "): (one.state, one.says) for one in findings}


def nothing(**facts) -> Recording:
    """What is left of a stream of which nothing came."""
    return stream(**{"status": 0, "headers": {}, "connected_at": None, "heartbeats": [], **facts})


def refused(status: int, reason: str = "") -> Recording:
    return nothing(status=status, reason=reason, headers={"server": "nginx"}, ended_at=0.1, watched_seconds=0.1)


def broken(fault: str) -> Recording:
    return nothing(fault=fault, ended_at=0.1, watched_seconds=0.1)


def amiss(checks: dict[str, tuple[State, str]]) -> dict[str, tuple[State, str]]:
    return {check: said for check, said in checks.items() if said[0] is not State.OK}


def test_a_stream_that_is_well_is_said_to_be():
    assert {state for state, _ in found(stream()).values()} == {State.OK}
    assert found(stream())["opens"][1] == "200 after 20 ms, through nginx"


def test_compression_is_named_with_who_does_it():
    headers = {"content-type": "text/event-stream", "server": "nginx/1.22.1", "content-encoding": "gzip"}
    state, says = found(stream(headers=headers))["compression"]
    assert state is State.FAIL
    assert says == "the stream is compressed (gzip) by nginx: frames wait in the compressor"


@pytest.mark.parametrize("encoding", ["br", "zstd"])
def test_what_cannot_be_read_is_judged_by_what_came_without_compression(encoding):
    headers = {"content-type": "text/event-stream", "content-encoding": encoding}
    unread = stream(headers=headers, readable=False, connected_at=None, heartbeats=[])
    checks = found(unread, plain=stream())
    assert [check for check, (state, _) in checks.items() if state is State.FAIL] == ["compression"]


def test_a_body_that_does_not_come_is_buffered():
    state, says = found(stream(connected_at=None, heartbeats=[]))["buffering"]
    assert state is State.FAIL
    assert says == "the head came, and in 33 s nothing of the body: it is buffered by nginx"


def test_a_first_frame_that_comes_late_was_held_back():
    assert found(stream(connected_at=4.0))["buffering"][0] is State.FAIL


@pytest.mark.parametrize(
    ("alone", "says"),
    [
        (0.02, "200 after 8000 ms, through nginx, though HEAD is answered after 20 ms: it was held back"),
        (7.5, "200 after 8000 ms, through nginx: the server is slow to open it, or it was held back"),
        (None, "200 after 8000 ms, through nginx: the server is slow to open it, or it was held back"),
    ],
)
def test_a_head_that_comes_late_is_worth_a_warning_and_is_compared_with_that_of_head(alone, says):
    held = stream(head_at=8.0, connected_at=8.0, heartbeats=[16.0, 32.0], head_answered_in=alone)
    assert amiss(found(held)) == {"opens": (State.WARN, says)}


@pytest.mark.parametrize(
    ("facts", "late"),
    [
        ({"heartbeats": [16.0, 32.0, 48.0], "watched_seconds": 50.0}, "3.0"),
        # An event resets the time until the next heartbeat; it may be held back as well.
        ({"events": [10.0], "heartbeats": [28.5], "watched_seconds": 33.0}, "3.5"),
        ({"events": [20.0], "heartbeats": [], "watched_seconds": 33.0}, "5.0"),
        ({"heartbeats": [15.0], "watched_seconds": 33.0}, "3.0"),
    ],
)
def test_heartbeats_that_come_ever_later_are_held_back_for_a_while(facts, late):
    state, says = found(stream(**{"connected_at": 0.0, **facts}))["heartbeats"]
    assert state is State.WARN
    assert says.endswith(f"; something came {late} s after it was due")


def test_heartbeats_that_come_a_little_early_or_after_an_event_are_in_time():
    # The server sends them up to a second early, and counts from whatever it sent last.
    in_time = stream(events=[9.0, 70.0], heartbeats=[23.0, 37.0, 51.0, 65.5, 85.2], watched_seconds=90.0)
    assert amiss(found(in_time)) == {}


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


CAPACITY = "it answered 503 (capacity), so this was not looked at"


@pytest.mark.parametrize(
    ("turned_away", "check"), [(0, "as browsers ask"), (1, "without compression"), (2, "over HTTP/1.1")]
)
def test_a_stream_that_the_server_has_no_room_for_is_neither_buffered_nor_cut(turned_away, check):
    ways = [stream(), stream(), stream()]
    ways[turned_away] = refused(503, "capacity")
    assert amiss(found(*ways)) == {check: (State.WARN, CAPACITY)}


@pytest.mark.parametrize(
    ("recording", "says"),
    [
        (refused(502), "it answered 502"),
        # A proxy's own: nothing in it says that the server was asked.
        (refused(503), "it answered 503"),
        (broken("RemoteProtocolError"), "no answer: RemoteProtocolError"),
        (stream(headers={"content-type": "text/html"}), "its type is 'text/html'"),
    ],
)
def test_a_way_that_fails_is_named_though_others_work(recording, says):
    assert amiss(found(recording, stream())) == {"as browsers ask": (State.FAIL, says)}
    assert amiss(found(stream(), recording, stream())) == {"without compression": (State.FAIL, says)}
    assert amiss(found(stream(), stream(), recording)) == {"over HTTP/1.1": (State.FAIL, says)}


def test_a_proxy_whose_http_2_is_broken_does_not_buffer():
    checks = found(broken("RemoteProtocolError"), broken("RemoteProtocolError"), stream(version="HTTP/1.1"))
    assert set(amiss(checks)) == {"as browsers ask", "without compression"}
    # Neither can be told of a way on which nothing came.
    assert not {"version", "compression"} & set(checks)


def test_ways_that_fail_differently_are_told_apart_when_none_works():
    checks = found(broken("RemoteProtocolError"), refused(502), refused(503, "capacity"))
    assert {check: says for check, (_, says) in checks.items()} == {
        "opens": "no answer: RemoteProtocolError",
        "without compression": "it answered 502",
        "over HTTP/1.1": "it answered 503 (capacity)",
    }


def test_a_cut_on_one_way_alone_is_named_with_the_way():
    checks = found(stream(), stream(), stream(heartbeats=[], last_byte_at=0.1, ended_at=10.0, watched_seconds=10.0))
    assert set(amiss(checks)) == {"cut"}
    assert checks["cut"][1].startswith("over HTTP/1.1 cut after 10.0 s, ")


def test_how_far_a_stream_was_watched_is_said_with_what_would_show_more():
    watched = found(stream())["cut"]
    assert watched == (State.OK, "still open after 33 s; --watch 310 would show a cut that comes later")
    assert found(stream(watched_seconds=310.0, heartbeats=[15.0 * n for n in range(1, 21)]))["cut"] == (
        State.OK,
        "still open after 310 s",
    )


def test_a_stream_that_answers_only_to_head_is_buffered():
    held = nothing(head_answered_in=0.02)
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
    assert checks["buffering"][1].startswith("without compression the first frame came, and none of the heartbeats")
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
        ({"status": 0, "fault": "ConnectError"}, "no answer: ConnectError"),
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
        ({"server": "Caddy, uvicorn"}, ["Caddy"]),
        ({"server": "acme/2.1, Caddy, uvicorn/0.4"}, ["acme", "Caddy"]),
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
    # Caddy 2.6 answers two headers of that name, its own and the server's.
    assert help_with("compression", {"server": "Caddy, uvicorn"}).startswith("Caddy: let `encode` match")
    assert help_with("cut", {"via": "1.1 acme"}) == "acme: let an answer be silent for at least four heartbeats"
