"""The server's door: `uvicorn curaway.asgi:application`.

The lifespan starts the hub, its rounds and the outbox relay; SIGTERM drains before the server stops.
"""

from __future__ import annotations

import os
from typing import Any

from curaway.local.database import lease_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curaway.settings")
lease_database(os.environ)

import django  # noqa: E402

django.setup(set_prefix=False)

from curaway.bounds import Receive  # noqa: E402
from curaway.door import Door, Send  # noqa: E402
from curaway.http10 import unchunked  # noqa: E402
from curaway.lifespan import Lifespan  # noqa: E402
from curaway.threads import BoundedHandler  # noqa: E402

_http = Door(BoundedHandler())
_lifespan = Lifespan()


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """ASGI 3: HTTP and lifespan; there are no websockets."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _http(scope, receive, unchunked(send) if scope.get("http_version") == "1.0" else send)
    else:
        await send({"type": "websocket.close", "code": 1000})
