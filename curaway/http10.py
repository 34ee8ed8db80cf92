"""Clients of HTTP/1.0, such as an nginx of which nothing was configured."""

from __future__ import annotations

from typing import Any

from curaway.door import Send


def unchunked(send: Send) -> Send:
    """`send` for such a client: an answer without a length ends where the connection does.

    uvicorn's httptools protocol chunks it, which RFC 9112, 6.1, forbids: the client would take the chunks' sizes for
    lines of the stream. What decides is an attribute of its exchange; protocols without it do right by themselves.
    """
    exchange: Any = getattr(send, "__self__", None)
    if not hasattr(exchange, "chunked_encoding"):
        return send
    until_closed = False

    async def sent(message: dict[str, Any]) -> None:
        nonlocal until_closed
        if message["type"] == "http.response.start":
            until_closed = not _has_length(message)
            exchange.chunked_encoding = False if until_closed else None
        elif until_closed:
            # It counts down what was announced; so each piece announces itself.
            exchange.expected_content_length = len(message.get("body", b""))
        await send(message)

    return sent


def _has_length(start: dict[str, Any]) -> bool:
    return any(name.lower() == b"content-length" for name, _ in start.get("headers", ()))
