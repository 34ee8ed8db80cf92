"""The proxies of `docs/deploy` let go of whoever owes them a request."""

from __future__ import annotations

import ssl
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from curaway.arrivals import HEAD_SECONDS
from tests.hostile.crowd import HALF_HEAD
from tests.hostile.raw import RawConnection
from tests.servers import ThreadServer
from tests.wide.certificate import Certificate
from tests.wide.conftest import certificate  # noqa: F401  (a fixture)
from tests.wide.proxies import Caddy, Nginx, Proxy


@pytest.mark.needs("nginx", "caddy")
def test_half_a_request_is_waited_for_as_long_as_by_the_server_itself(
    server: ThreadServer,
    certificate: Certificate,  # noqa: F811
) -> None:
    with (
        Nginx([server.url], certificate) as nginx,
        Caddy([server.url], certificate) as caddy,
        ThreadPoolExecutor() as both,
    ):
        waits = list(both.map(waited, (nginx, caddy)))
    assert all(HEAD_SECONDS - 1 < seconds < HEAD_SECONDS + 5 for seconds in waits), waits


def waited(proxy: Proxy) -> float:
    """How long the proxy leaves a connection open that has sent half a head."""
    trusting = ssl.create_default_context(cafile=str(proxy.certificate.chain))
    half = RawConnection(proxy.url, seconds=30)
    half.socket = trusting.wrap_socket(half.socket, server_hostname="localhost")
    began = time.monotonic()
    assert not half.send(HALF_HEAD).heard().startswith(b"HTTP/1.1 2")
    return time.monotonic() - began
