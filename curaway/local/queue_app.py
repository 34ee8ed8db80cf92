"""The local queue's HTTP side: the part of QStash's API that this system and its tests use."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from curaway.local.queue_message import MessageRefused, read_message
from curaway.local.queue_store import QueueStore

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Answer = tuple[int, dict[str, Any]]

LARGEST_BODY = 10 * 1024 * 1024
PUBLISH = "/v2/publish/"
MESSAGE = "/v2/messages/"


@dataclass(frozen=True)
class Keys:
    """What publishers present, and what deliveries are signed with."""

    token: str
    current: str
    next: str


class QueueApp:
    """`POST /v2/publish/{destination}`, `GET /v2/keys`, `GET /v2/messages/{id}`, `GET /health`, as ASGI."""

    def __init__(self, store: QueueStore, keys: Keys, *, published: Callable[[], None]) -> None:
        """`published` is called after each new message was stored."""
        self._store = store
        self._keys = keys
        self._published = published

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, document = await self._answer(scope, receive)
        body = json.dumps(document).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        path = _raw_path(scope)
        if path == "/health":
            return 200, {"status": "ok"}
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not self._is_known(headers.get("authorization", "")):
            return 401, {"error": "invalid token"}
        if scope["method"] == "POST" and path.startswith(PUBLISH):
            return await self._publish(path.removeprefix(PUBLISH), headers, receive)
        return self._read(path) if scope["method"] == "GET" else (404, {"error": "not found"})

    def _is_known(self, authorization: str) -> bool:
        return hmac.compare_digest(authorization.encode(), f"Bearer {self._keys.token}".encode())

    async def _publish(self, destination: str, headers: dict[str, str], receive: Receive) -> Answer:
        body = await _body(receive)
        if body is None:
            return 413, {"error": "the body is too large"}
        try:
            message = read_message(destination, headers, body, now=time.time())
        except MessageRefused as refused:
            return 400, {"error": str(refused)}
        earlier = self._store.add(message)
        if earlier is not None:
            return 202, {"messageId": earlier, "deduplicated": True}
        self._published()
        return 201, {"messageId": message.id}

    def _read(self, path: str) -> Answer:
        if path == "/v2/keys":
            return 200, {"current": self._keys.current, "next": self._keys.next}
        message = self._store.find(path.removeprefix(MESSAGE)) if path.startswith(MESSAGE) else None
        return (404, {"error": "not found"}) if message is None else (200, _described(message))


def _described(message: dict[str, Any]) -> dict[str, Any]:
    """A message as QStash's API names its fields, with its state; never its body."""
    return {
        "messageId": message["id"],
        "url": message["destination"],
        "method": message["method"],
        "maxRetries": message["max_retries"],
        "notBefore": int(message["not_before"] * 1000),
        "createdAt": int(message["created_at"] * 1000),
        "state": message["state"],
        "retried": message["retried"],
        "lastStatus": message["last_status"],
    }


def _raw_path(scope: Scope) -> str:
    """As it was sent: the destination's own escapes and query are part of what gets signed."""
    path: str = scope["raw_path"].decode("latin-1")
    query: str = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when it is larger than the queue takes or the sender is gone."""
    body, more = bytearray(), True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect" or len(body) > LARGEST_BODY:
            return None
        body += event.get("body", b"")
        more = event.get("more_body", False)
    return bytes(body)
