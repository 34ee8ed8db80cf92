"""The proxies of `docs/deploy` let go of whoever owes them a request, and pass on no request that we read as two."""

from __future__ import annotations

import ssl
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from curaway.arrivals import HEAD_SECONDS
from tests.hostile.counted import Counted
from tests.hostile.crowd import HALF_HEAD
from tests.hostile.raw import RawConnection
from tests.hostile.test_smuggling import POST, SECOND, SHAPES
from tests.servers import ThreadServer
from tests.wide.certificate import Certificate
from tests.wide.conftest import certificate  # noqa: F401  (a fixture)
from tests.wide.proxies import NAME, Caddy, Nginx, Proxy

pytestmark = pytest.mark.needs("nginx", "caddy")


HIDDEN = b"0\r\n\r\nGET /api/v1/hidden HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
"""The whole body to whoever goes by the length; to whoever reads chunks, none, and then a request."""
ENCODINGS = (
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding : chunked",
    b"Transfer-Encoding:\x0bchunked",
    b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: chunked, identity",
    b"Transfer_Encoding: chunked",
    b"X-A: a\nTransfer-Encoding: chunked",
    b"X-A: a\rTransfer-Encoding: chunked",
    b"X-A: a\r\n Transfer-Encoding: chunked",
)
HOST, OURS = b"Host: 127.0.0.1", b"X-Correlation-ID: %04d\r\nHost: localhost"
LENGTH = len(HIDDEN.replace(HOST, OURS % 0))
TWO_IN_ONE = [POST + b"Content-Length: %d\r\n%b\r\n\r\n%b" % (LENGTH, line, HIDDEN) for line in ENCODINGS]
# An answer without a head can't be told from the next.
REQUESTS = [*TWO_IN_ONE, *(request for name, (request, _) in SHAPES.items() if name != "HTTP/0.9")]


class Passed:
    """Stands before the application and counts the requests that reach it, by their correlation id."""

    def __init__(self, application: Any) -> None:
        self._application, self.count = application, Counter[bytes]()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.count[dict(scope["headers"]).get(b"x-correlation-id", b"")] += 1
        await self._application(scope, receive, send)


@pytest.fixture(scope="module")
def passed(server: ThreadServer) -> Iterator[Passed]:
    config = server._server.config
    application = config.loaded_app
    config.loaded_app = counting = Passed(application)
    yield counting
    config.loaded_app = application


@pytest.fixture(scope="module")
def proxies(server: ThreadServer, passed: Passed, certificate: Certificate) -> Iterator[tuple[Proxy, ...]]:  # noqa: F811
    changes = {f"Host {NAME}": "Host localhost"}
    # One process behind each: a proxy that held a client's broken body against it would refuse what follows.
    with Nginx([server.url], certificate) as nginx, Caddy([server.url], certificate, changes=changes) as caddy:
        yield nginx, caddy


def connected(proxy: Proxy) -> RawConnection:
    trusting = ssl.create_default_context(cafile=str(proxy.certificate.chain))
    connection = RawConnection(proxy.url, seconds=30)
    connection.socket = trusting.wrap_socket(connection.socket, server_hostname="localhost")
    return connection


def test_half_a_request_is_waited_for_as_long_as_by_the_server_itself(proxies: tuple[Proxy, ...]) -> None:
    with ThreadPoolExecutor() as both:
        waits = list(both.map(waited, proxies))
    assert all(HEAD_SECONDS - 1 < seconds < HEAD_SECONDS + 5 for seconds in waits), waits


def waited(proxy: Proxy) -> float:
    """How long the proxy leaves a connection open that has sent half a head."""
    half = connected(proxy)
    began = time.monotonic()
    assert not half.send(HALF_HEAD).heard().startswith(b"HTTP/1.1 2")
    return time.monotonic() - began


def test_what_is_passed_on_is_never_read_as_two(proxies: tuple[Proxy, ...], passed: Passed, counted: Counted) -> None:
    reached = {}
    for proxy in proxies:
        passed.count.clear()
        answered = [answers(proxy, request, number) for number, request in enumerate(REQUESTS)]
        for number, (request, statuses) in enumerate(zip(REQUESTS, answered, strict=True)):
            assert passed.count[b"%04d" % number] <= len(statuses), (proxy.name, request, statuses)
        reached[f"through_{proxy.name}"] = sum(passed.count[b"%04d" % number] for number in range(len(REQUESTS)))
    # Or everything was refused on the way, and nothing is known of us.
    assert all(count > len(REQUESTS) / 4 for count in reached.values()), reached
    counted("request smuggling through proxies", shapes=len(REQUESTS), **reached)


def answers(proxy: Proxy, request: bytes, number: int) -> list[int]:
    """The statuses of what came back for this request and an honest one behind it, each with this number."""
    sent = (request + SECOND).replace(HOST, OURS % number)
    return [answer.status for answer in connected(proxy).send(sent).answers()]
