"""Clients of HTTP/1.0, which know neither chunks nor Host."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from tests.people import People
from tests.servers import ThreadServer


def asked(server: ThreadServer, request: str) -> bytes:
    """Everything that is answered until the server closes the connection."""
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
        connection.sendall(request.encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_stream_is_told_without_chunks_and_ends_where_the_connection_does(
    server: ThreadServer, people: People
) -> None:
    patient = people.patient()
    lines = [f"{name}: {value}" for name, value in people.patient_headers(patient).items()]
    start = f"GET /api/v1/patients/{patient.id}/events/stream HTTP/1.0"
    head, _, body = asked(server, "\r\n".join([start, *lines, "Host: 127.0.0.1", "", ""])).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"transfer-encoding" not in head.lower()
    assert b"connection: close" in head.lower()
    assert body.startswith(b"event: connected\nid: 0\n")
    *_, last, rest = body.split(b"\n\n")
    assert last.removeprefix(b":\n").startswith(b"event: done\n")
    assert rest == b""
    assert b"\r" not in body


def test_an_answer_with_a_length_keeps_it(server: ThreadServer) -> None:
    head, _, body = asked(server, "GET /api/v1/nothing HTTP/1.0\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 ")
    assert f"content-length: {len(body)}".encode() in head.lower()


@pytest.mark.parametrize("host", ["", "Host: 127.0.0.1\r\nHost: other.example\r\n"])
def test_a_request_of_http_1_1_names_one_host(server: ThreadServer, host: str) -> None:
    head, _, body = asked(server, f"GET /health HTTP/1.1\r\n{host}Connection: close\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"HOST_NOT_FOUND_001" in body
