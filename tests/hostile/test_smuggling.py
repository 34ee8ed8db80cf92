"""Requests that two readers could understand differently: refused and hung up on, or understood in one way only.

Each shape is followed by a second request on the same connection. Where the first is refused, the second must not be
answered; where it is not, both are, and nothing of one is taken for the other.
"""

from __future__ import annotations

import pytest

from tests.hostile.counted import Counted
from tests.hostile.raw import RawConnection
from tests.people import People
from tests.servers import ThreadServer

REFUSED = [400]
BOTH = [401, 200]
BOTH_GOT = [404, 200]
POST = b"POST /webhooks/qstash/sweep HTTP/1.1\r\nHost: 127.0.0.1\r\n"
GET = b"GET /api/v1/nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
SECOND = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"

SHAPES: dict[str, tuple[bytes, list[int]]] = {
    # Two lengths
    "length, then chunked": (POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", REFUSED),
    "chunked, then length": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", REFUSED),
    "two lengths": (POST + b"Content-Length: 0\r\nContent-Length: 30\r\n\r\n", REFUSED),
    "the same length twice": (POST + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n", REFUSED),
    "a list of lengths": (POST + b"Content-Length: 0, 0\r\n\r\n", REFUSED),
    "a length with a sign": (POST + b"Content-Length: +0\r\n\r\n", REFUSED),
    "a length below zero": (POST + b"Content-Length: -1\r\n\r\n", REFUSED),
    "a length in hexadecimal": (POST + b"Content-Length: 0x0\r\n\r\n", REFUSED),
    "a length with a gap": (POST + b"Content-Length: 0 0\r\n\r\n", REFUSED),
    "a length beyond all numbers": (POST + b"Content-Length: 99999999999999999999999\r\n\r\n", REFUSED),
    "an empty length": (POST + b"Content-Length: \r\n\r\n", REFUSED),
    "a length with an underscore is none": (POST + b"Content_Length: 30\r\n\r\n", BOTH),
    "a body where none is usual": (GET + b"Content-Length: 5\r\n\r\nhello", BOTH_GOT),
    # Encodings that are nearly chunked
    "xchunked": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", REFUSED),
    "chunked, gzip": (POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", REFUSED),
    "chunked, chunked": (POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", REFUSED),
    "chunked and identity": (
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        REFUSED,
    ),
    "identity with a length": (POST + b"Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n", REFUSED),
    "chunked in quotes": (POST + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n', REFUSED),
    "chunked behind a vertical tab": (POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n", REFUSED),
    "chunked behind a tab": (POST + b"Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n", BOTH),
    "chunked in capitals": (POST + b"Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", BOTH),
    "chunked over HTTP/1.0 ends the connection": (
        CHUNKED.replace(b"HTTP/1.1", b"HTTP/1.0") + b"0\r\n\r\n",
        [401],
    ),
    # Spaces, folds, ends of lines
    "a space before the colon": (POST + b"Content-Length : 30\r\n\r\n", REFUSED),
    "a space before the colon of chunked": (POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", REFUSED),
    "a folded line": (POST + b"X-A: b\r\n Content-Length: 30\r\n\r\n", REFUSED),
    "a folded chunked": (POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", REFUSED),
    "a fold at once": (b"POST /webhooks/qstash/sweep HTTP/1.1\r\n Host: 127.0.0.1\r\n\r\n", REFUSED),
    "bare line feeds": (POST.replace(b"\r\n", b"\n") + b"Content-Length: 0\n\n", REFUSED),
    "a bare line feed between headers": (POST + b"X-A: a\nContent-Length: 30\r\n\r\n", REFUSED),
    "a bare carriage return between headers": (POST + b"X-A: a\rContent-Length: 30\r\n\r\n", REFUSED),
    "a bare carriage return at the end": (POST + b"Content-Length: 0\r\n\r", REFUSED),
    "a NUL in a value": (POST + b"X-A: a\x00b\r\n\r\n", REFUSED),
    "a NUL in a name": (POST + b"X\x00: a\r\n\r\n", REFUSED),
    "a line without a colon": (POST + b"Nothing\r\n\r\n", REFUSED),
    "a header without a name": (POST + b": a\r\n\r\n", REFUSED),
    # Chunks
    "chunk extensions": (CHUNKED + b"2;a=b\r\nhi\r\n0;x\r\n\r\n", BOTH),
    "a chunk extension with a line feed": (CHUNKED + b"2;a\nhi\r\n0\r\n\r\n", REFUSED),
    "a chunk extension with a carriage return": (CHUNKED + b"2;a\rb\r\nhi\r\n0\r\n\r\n", REFUSED),
    "chunks ended by line feeds": (CHUNKED + b"2\nhi\n0\n\n", REFUSED),
    "a chunk's size with 0x": (CHUNKED + b"0x2\r\nhi\r\n0\r\n\r\n", REFUSED),
    "a chunk's size below zero": (CHUNKED + b"-2\r\nhi\r\n0\r\n\r\n", REFUSED),
    "a space behind a chunk's size": (CHUNKED + b"2 \r\nhi\r\n0\r\n\r\n", REFUSED),
    "a space before a chunk's size": (CHUNKED + b" 2\r\nhi\r\n0\r\n\r\n", REFUSED),
    "an underscore in a chunk's size": (CHUNKED + b"0_2\r\nhi\r\n0\r\n\r\n", REFUSED),
    "noughts before a chunk's size": (CHUNKED + b"0000000000000000000000002\r\nhi\r\n0\r\n\r\n", BOTH),
    "a chunk beyond all numbers": (CHUNKED + b"fffffffffffffffff\r\nhi\r\n0\r\n\r\n", REFUSED),
    "a chunk without its end": (CHUNKED + b"2\r\nhi0\r\n\r\n", REFUSED),
    "more in a chunk than it says": (CHUNKED + b"2\r\nhiXX0\r\n\r\n", REFUSED),
    "a length behind the body": (CHUNKED + b"0\r\nContent-Length: 30\r\n\r\n", REFUSED),
    # The first line
    "two hosts": (GET + b"Host: evil.example\r\n\r\n", [400, 200]),
    "two spaces": (GET.replace(b" /", b"  /", 1) + b"\r\n", BOTH_GOT),
    "tabs for spaces": (GET.replace(b" ", b"\t", 2) + b"\r\n", REFUSED),
    "a space at the start": (b" " + GET + b"\r\n", REFUSED),
    "empty lines at the start": (b"\r\n\r\n" + GET + b"\r\n", BOTH_GOT),
    "a version that is none": (GET.replace(b"1.1", b"1.9") + b"\r\n", REFUSED),
    "HTTP/0.9": (b"GET /api/v1/nothing\r\n", REFUSED),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", REFUSED),
    "every resource at once": (b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", [404, 200]),
    "a tunnel": (b"CONNECT 127.0.0.1:5432 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", REFUSED),
    "a request after the last one": (GET + b"Connection: close\r\n\r\n", [404]),
}


@pytest.mark.parametrize("piece", [0, 1], ids=["at once", "byte by byte"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_request_is_refused_or_understood_in_one_way(
    server: ThreadServer, shape: str, piece: int, counted: Counted
) -> None:
    request, expected = SHAPES[shape]
    answers = RawConnection(server.url).send(request + SECOND, piece=piece).answers()
    assert [answer.status for answer in answers] == expected
    if shape == "length, then chunked" and not piece:
        counted("request smuggling", shapes=len(SHAPES), sent=2 * len(SHAPES))


def test_what_follows_a_body_is_no_header(server: ThreadServer) -> None:
    behind = b"2\r\nhi\r\n0\r\nX-Correlation-ID: corr-behind\r\nOrigin: https://app.curaway.ai\r\n\r\n"
    first, second = RawConnection(server.url).send(CHUNKED + behind + SECOND).answers()
    assert (first.status, second.status) == (401, 200)
    assert first.headers["X-Correlation-ID"] != "corr-behind"
    assert first.headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("Authorization", 401, "AUTH_TOKEN_INVALID_001"), ("X-Tenant-ID", 404, "TENANT_NOT_FOUND_001")],
)
def test_a_header_that_came_twice_is_neither_of_the_two(
    server: ThreadServer, people: People, name: str, status: int, code: str
) -> None:
    patient = people.patient()
    headers = people.patient_headers(patient)
    lines = [f"{key}: {value}" for key, value in (*headers.items(), (name, headers[name]))]
    head = [f"GET /api/v1/patients/{patient.id} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *lines, "", ""]
    (answer,) = RawConnection(server.url).send("\r\n".join(head).encode()).answers()
    assert answer.status == status
    assert code.encode() in answer.content  # type: ignore[attr-defined]


def test_a_header_with_underscores_is_not_the_one_with_hyphens(server: ThreadServer, people: People) -> None:
    headers = people.patient_headers(people.patient())
    lines = [f"{key.replace('-', '_')}: {value}" for key, value in headers.items()]
    head = ["GET /api/v1/patients/me HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *lines, "", ""]
    (answer,) = RawConnection(server.url).send("\r\n".join(head).encode()).answers()
    assert (answer.status, b"TENANT_HEADER_MISSING_001" in answer.content) == (400, True)  # type: ignore[attr-defined]
