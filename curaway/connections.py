"""A server's connections, with an end to how long and how much of a request they wait for.

uvicorn waits for a request as long as its client likes, keeps what came of its head whatever the size, and bounds
only the pause between two requests.
"""

from __future__ import annotations

import asyncio
import resource
import signal
from functools import cache

from uvicorn import Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from curaway.arrivals import Arrivals

KEPT_FREE = 256
"""File descriptors that clients who say nothing can't take: for the database, files, the reader, other clients."""


@cache
def arrivals() -> Arrivals:
    """Those of this process."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Arrivals(room=max(allowed - KEPT_FREE, allowed // 2))


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's connection, which says what of a request it waits for."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        arrivals().await_head(self)
        arrivals().make_room(len(self.connections))

    def connection_lost(self, exc: Exception | None) -> None:
        arrivals().forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = arrivals().part(self)
        super().data_received(data)
        if self.transport.is_closing() or self not in self.connections:
            arrivals().forget(self)  # in the second case it has become a websocket's
            return
        # An empty line before a request begins nothing, and ends uvicorn's own waiting.
        if self._is_idle() and self.timeout_keep_alive_task is None:
            arrivals().await_head(self)
        arrivals().count(self, len(data), before=before)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        arrivals().await_head(self)

    def on_header(self, name: bytes, value: bytes) -> None:
        # What follows a chunked body is no header: a proxy in front has looked at the head alone.
        if self in arrivals().heads:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        arrivals().await_body(self)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        arrivals().await_body(self)
        super().on_body(body)

    def on_message_complete(self) -> None:
        arrivals().forget(self)
        super().on_message_complete()

    def waits_for_client(self) -> bool:
        return not self.flow.read_paused

    def cut(self, status: bytes) -> None:
        if self.transport.is_closing():
            return
        if status and (self._is_idle() or not self.cycle.response_started):
            self.transport.write(b"HTTP/1.1 %b\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % status)
        self.transport.close()

    def _is_idle(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete


def bound_connections() -> bool:
    """Have the server that runs in this process make such connections, before it makes the first.

    False where none is found: not under uvicorn, with another parser than httptools, or not in the main thread.
    """
    # uvicorn's command line takes no class; its server is known by the handler it has set for signals.
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if not isinstance(server, Server) or server.config.http_protocol_class is not HttpToolsProtocol:
        return False
    server.config.http_protocol_class = BoundedConnection
    return True
