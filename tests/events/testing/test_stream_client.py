"""No wait of the client is longer than it was told to be, whatever the server does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from events.testing import StreamClient

SOON = 0.1
MUCH_LATER = 5.0
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
FRAME = b'2a\r\nevent: note\nid: 1\ndata: {"position": 1}\n\n\r\n'
HEARTBEAT = b"2\r\n:\n\r\n"


@pytest.fixture
def mute() -> Iterator[socket.socket]:
    """Listens, and never answers by itself."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        yield listening


def ask(server: socket.socket, **options: Any) -> StreamClient:
    return StreamClient("http://{}:{}".format(*server.getsockname()), "somebody", {}, **options)


@contextmanager
def failing_soon(sentence: str) -> Iterator[None]:
    began = time.monotonic()
    with pytest.raises(AssertionError, match=sentence):
        yield
    assert SOON / 2 < time.monotonic() - began < MUCH_LATER


WAITS: dict[str, Callable[[StreamClient], object]] = {
    "connected": lambda client: client.connected(SOON),
    "next": lambda client: client.next(SOON),
    "take": lambda client: client.take(2, SOON),
    "until_done": lambda client: client.until_done(SOON),
    "wait_for_end": lambda client: client.wait_for_end(SOON),
    "wait_for_heartbeat": lambda client: client.wait_for_heartbeat(SOON),
}


@pytest.mark.parametrize("wait", [lambda client: client.open(SOON), *WAITS.values()], ids=["open", *WAITS])
def test_a_server_that_never_answers_is_not_waited_for(
    mute: socket.socket, wait: Callable[[StreamClient], object]
) -> None:
    client = ask(mute)
    with failing_soon("nothing came in time"):
        wait(client)
    client.close()


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
@pytest.mark.parametrize("said", [HEAD, HEAD + FRAME[:20]], ids=["head", "half a frame"])
def test_a_server_that_stops_is_not_waited_for(
    mute: socket.socket, said: bytes, wait: Callable[[StreamClient], object]
) -> None:
    client = ask(mute)
    answering, _ = mute.accept()
    with answering:
        answering.sendall(said)
        client.open()
        with failing_soon("nothing came in time"):
            wait(client)
    client.close()


@pytest.mark.parametrize("wait", ["next", "until_done", "wait_for_end"])
def test_a_server_that_does_not_stop_is_not_waited_for_either(mute: socket.socket, wait: str) -> None:
    client = ask(mute)
    answering, _ = mute.accept()

    def go_on() -> None:
        answering.sendall(HEAD)
        with pytest.raises(ConnectionError):
            while True:
                answering.sendall(HEARTBEAT)

    talking = threading.Thread(target=go_on)
    talking.start()
    client.open()
    with failing_soon("nothing came in time"):
        WAITS[wait](client)
    client.cut()
    talking.join()
    answering.close()


def test_a_request_that_nobody_takes_is_not_waited_for(mute: socket.socket) -> None:
    with failing_soon("the request was not taken in time"):
        ask(mute, connect_seconds=SOON, extra_headers={"X-Long": "x" * 30_000_000})


def test_a_connection_that_nobody_takes_is_not_waited_for(mute: socket.socket) -> None:
    queued = []
    with failing_soon("the request was not taken in time"):
        while True:  # until the queue of those who wait to be taken is full
            queued.append(ask(mute, connect_seconds=SOON))
    for client in queued:
        client.close()
