"""A server that takes connections and answers nothing, as one does whose process hangs."""

from __future__ import annotations

import socket
from typing import Self


class MuteServer:
    """The kernel completes the connections, nobody reads them."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._socket.setblocking(False)
        self._taken: list[socket.socket] = []
        self.port: int = self._socket.getsockname()[1]

    def connections(self) -> int:
        """How many came so far."""
        try:
            while True:
                self._taken.append(self._socket.accept()[0])
        except BlockingIOError:
            return len(self._taken)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in (*self._taken, self._socket):
            connection.close()
