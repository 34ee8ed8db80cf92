"""Thousands of connections that never become requests."""

from __future__ import annotations

import select
import socket
from collections import Counter
from pathlib import Path
from typing import Self

SILENT = b""
HALF_HEAD = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "
HALF_BODY = b"POST /api/v1/consent HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{"


def descriptors_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


class Crowd:
    """Connections to 127.0.0.1:`port`, each of which said one of these things and no more."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._members: list[tuple[socket.socket, bytes]] = []

    def __enter__(self) -> Self:
        return self

    def join(self, count: int, saying: bytes) -> None:
        for _ in range(count):
            member = socket.create_connection(("127.0.0.1", self._port), timeout=20)
            self._members.append((member, saying))
            if saying:
                member.sendall(saying)

    def heard(self, saying: bytes) -> Counter[bytes]:
        """The first line of what those who said that were told before they were hung up on; `open` for the others."""
        return Counter(_heard(member) for member, said in self._members if said == saying)

    def leave(self) -> None:
        for member, _ in self._members:
            member.close()
        self._members.clear()

    def __exit__(self, *_: object) -> None:
        self.leave()


def _heard(member: socket.socket) -> bytes:
    poll = select.poll()
    poll.register(member, select.POLLIN)
    if not poll.poll(0):
        return b"open"
    try:
        return member.recv(65536, socket.MSG_PEEK).partition(b"\r\n")[0]
    except ConnectionResetError:
        return b""
