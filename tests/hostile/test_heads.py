"""Heads of requests that are larger than any client sends: answered or refused at once, and not kept."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest

from curaway import arrivals
from curaway.bounds import HEAD_BYTES, HEAD_LINES
from events.testing import StreamClient
from tests.hostile.counted import Counted
from tests.hostile.raw import RawConnection
from tests.people import People
from tests.servers import ProcessServer, ThreadServer

MEGABYTE = 1024 * 1024
REFUSED = "HEADERS_TOO_LARGE_001"


@pytest.mark.parametrize(
    ("position", "reset"),
    [("x" * MEGABYTE, "malformed"), ("9" * MEGABYTE, "ahead"), ("-" * MEGABYTE, "malformed")],
    ids=["letters", "digits", "signs"],
)
def test_a_position_of_a_megabyte_is_one_that_means_nothing(
    people: People, stream: Callable[..., StreamClient], position: str, reset: str
) -> None:
    facts = stream(people.patient(), last_event_id=position).connected()
    assert (facts["resumed"], facts["reset"], facts["position"]) == (False, reset, 0)


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "a=b;" * (HEAD_BYTES // 4)},
        {"Authorization": "Bearer " + "x" * MEGABYTE},
        {"X-Correlation-ID": "x" * MEGABYTE},
        {f"X-Header-{number}": "x" for number in range(HEAD_LINES)},
        {"Host": "127.0.0.1," * HEAD_BYTES},
        {"Origin": "https://" + "a" * MEGABYTE},
    ],
    ids=["cookies", "token", "correlation id", "many lines", "host", "origin"],
)
def test_any_other_head_of_that_size_is_refused_in_the_envelope(
    http: httpx.Client, people: People, headers: dict[str, str]
) -> None:
    mine = people.patient_headers(people.patient())
    answer = http.get("/api/v1/patients/me", headers={**mine, **headers})
    expected = "HOST_NOT_FOUND_001" if "Host" in headers else REFUSED
    assert answer.json()["errors"][0]["code"] == expected
    assert answer.headers["X-Correlation-ID"] == answer.json()["meta"]["request_id"]
    assert http.get("/api/v1/patients/me", headers=mine).status_code == 200


@pytest.mark.parametrize("address", ["/api/v1/" + "x" * MEGABYTE, "/health?" + "a&" * 500_000], ids=["path", "query"])
def test_an_address_of_a_megabyte_is_refused(server: ThreadServer, address: str) -> None:
    asked = f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Correlation-ID: corr-long\r\n\r\n".encode()
    (answer,) = RawConnection(server.url).send(asked).answers()
    # The parser refuses what it can't hold before anybody reads the header that names the request.
    assert answer.status in (400, 431)
    assert answer.headers["Connection"] == "close"


def test_a_large_head_with_a_body_is_refused_without_waiting_for_it(server: ThreadServer) -> None:
    head = f"POST /api/v1/consent HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: {'x' * HEAD_BYTES}\r\nContent-Length: 100\r\n\r\n"
    (answer,) = RawConnection(server.url).send(head.encode()).answers()
    assert answer.status == 431


def test_a_head_of_an_honest_size_is_looked_at(http: httpx.Client, people: People) -> None:
    headers = {**people.patient_headers(people.patient()), "Cookie": "a=" + "b" * (HEAD_BYTES - 4096)}
    assert http.get("/api/v1/patients/me", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "start",
    [
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ",
        b"GET /",
        b"POST /api/v1/nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: ",
        b"POST /api/v1/nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n1;",
    ],
    ids=["header", "address", "behind the body", "chunk extension"],
)
def test_what_has_no_end_is_refused_before_it_is_large(server: ThreadServer, start: bytes) -> None:
    connection = RawConnection(server.url).send(start)
    sent = 0
    # Not a timeout: a server that reads no more and says nothing has refused nothing.
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        while sent < 64 * MEGABYTE:
            connection.socket.sendall(b"x" * 65536)
            sent += 65536
    # What lies in the buffers of the two sockets when the server hangs up is a few megabytes.
    assert sent < arrivals.PART_BYTES + 16 * MEGABYTE
    assert connection.heard().startswith(b"HTTP/1.1 431 ")


def test_fifty_megabytes_of_heads_leave_nothing_behind(
    people: People, process_server: Callable[..., ProcessServer], counted: Counted
) -> None:
    patient, other = people.patient(), people.patient()
    with process_server(SSE_IDLE_SECONDS="600") as server, httpx.Client(base_url=server.url, timeout=20) as client:

        def ask() -> None:
            asking = server.stream(people, patient, last_event_id="9" * MEGABYTE)
            assert asking.connected()["reset"] == "ahead"
            asking.close()

        # The first of them set what an allocator keeps for the next ones.
        for _ in range(20):
            ask()
        before, slowest = server.resident_bytes(), 0.0
        for _ in range(50):
            ask()
            began = time.monotonic()
            answer = client.get(f"/api/v1/patients/{other.id}/summary", headers=people.patient_headers(other))
            slowest = max(slowest, time.monotonic() - began)
            assert answer.status_code == 200
        grown = server.resident_bytes() - before
    assert grown < 24 * MEGABYTE
    assert slowest < 2
    figures = {"grown_megabytes": f"{grown / MEGABYTE:.1f}", "slowest_of_others": f"{slowest:.2f} s"}
    counted("positions of a megabyte", sent=50, **figures)
