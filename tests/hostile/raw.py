"""HTTP by hand: bytes that no client library would send, and what comes back."""

from __future__ import annotations

import http.client
import io
import socket
from typing import Self
from urllib.parse import urlsplit


class Answers(io.BytesIO):
    """Read by the standard library as if they came from a socket."""

    def makefile(self, _: str) -> Self:
        return self

    def close(self) -> None:
        pass


class RawConnection:
    """One connection to the server at `url`; everything is sent as it is."""

    def __init__(self, url: str, *, seconds: float = 15) -> None:
        where = urlsplit(url)
        self.socket = socket.create_connection((where.hostname, where.port), timeout=seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, content: bytes, *, piece: int = 0) -> RawConnection:
        """`piece`: so many bytes at a time; 0: all at once. A server that has hung up is no error."""
        size = piece or len(content) or 1
        try:
            for at in range(0, len(content), size):
                self.socket.sendall(content[at : at + size])
        except (BrokenPipeError, ConnectionResetError):
            pass
        return self

    def heard(self) -> bytes:
        """Everything until the server closes."""
        got = b""
        try:
            while piece := self.socket.recv(65536):
                got += piece
        except ConnectionResetError:
            pass
        return got

    def answers(self) -> list[http.client.HTTPResponse]:
        """The answers until the server closes, each with its body read."""
        return answers_in(self.heard())

    def close(self) -> None:
        self.socket.close()


def answers_in(content: bytes) -> list[http.client.HTTPResponse]:
    said = Answers(content)
    found = []
    while said.tell() < len(content):
        answer = http.client.HTTPResponse(said)  # type: ignore[arg-type]
        answer.begin()
        answer.content = answer.read()  # type: ignore[attr-defined]
        found.append(answer)
    return found
