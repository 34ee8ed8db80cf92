"""What every request passes on its way in, and how an answer may outlive Django's part of it.

A view decides, in a worker thread and with a database connection; what must wait afterwards (a stream, a long
poll, the reading of a scan) is left to a continuation on the event loop, which holds neither.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from curaway import context, envelope, log
from curaway.errors import AppError, BodyTooLarge, Internal

logger = log.get(__name__)

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

CONTINUATION = "curaway.continuation"
TOO_LARGE = "curaway.body_too_large"
JSON_BODY_BYTES = 1024 * 1024
UPLOAD_BODY_BYTES = 21 * 1024 * 1024
CLIENT_TYPES = frozenset({"web", "ios", "android", "cli", "server"})


def request_context(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: serve the request under its own context, and say the correlation id on every answer."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        client_type = request.headers.get("X-Client-Type", "").lower()
        arrived = context.RequestContext(
            correlation_id=context.correlation_id_from(request.headers.get("X-Correlation-ID")),
            client_type=client_type if client_type in CLIENT_TYPES else "web" if "Origin" in request.headers else None,
        )
        with context.serving(arrived):
            response = get_response(request)
        response["X-Correlation-ID"] = arrived.correlation_id
        return response

    return middleware


def refuse_large_body(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: refuse the request whose body `Door` cut off; inside of CORS, so that a page can read why."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if TOO_LARGE not in getattr(request, "scope", {}):
            return get_response(request)
        refused = BodyTooLarge()
        return JsonResponse(envelope.refusal(refused), status=refused.status, headers={"Connection": "close"})

    return middleware


class Opening(NamedTuple):
    """What Django decided to answer with, not sent yet."""

    status: int
    headers: list[tuple[bytes, bytes]]
    context: context.RequestContext


class Continuation(Protocol):
    """Goes on after Django has answered; sends the answer's start itself."""

    async def __call__(self, opening: Opening, receive: Receive, send: Send) -> None: ...


def leave_open(request: HttpRequest, response: HttpResponse, continuation: Continuation) -> HttpResponse:
    """Let `continuation` give this answer, under the response's headers."""
    request.scope[CONTINUATION] = (continuation, context.current())  # type: ignore[attr-defined]
    return response


def answer_later(request: HttpRequest, work: Callable[[], Awaitable[Any]]) -> HttpResponse:
    """Answer with the envelope of what `work` returns, or of the `AppError` it raises, when it is done.

    `work` is cancelled when the client goes away.
    """

    async def continuation(opening: Opening, receive: Receive, send: Send) -> None:
        with context.serving(opening.context):
            status, body, headers = await _outcome(work, receive)
        if body is not None:
            await send_json(send, opening, status, body, headers)

    return leave_open(request, HttpResponse(), continuation)


def answer_now(data: Any) -> HttpResponse:
    """The envelope of `data`, at once."""
    content = json.dumps(envelope.answer(data), ensure_ascii=False)
    return HttpResponse(content, content_type="application/json; charset=utf-8")


async def _outcome(work: Callable[[], Awaitable[Any]], receive: Receive) -> tuple[int, Any, dict[str, str]]:
    working = asyncio.ensure_future(work())
    leaving = asyncio.ensure_future(gone(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            return 499, None, {}
        return 200, envelope.answer(working.result()), {}
    except AppError as refused:
        return refused.status, envelope.refusal(refused), refused.headers()
    except Exception:
        logger.exception("answer_failed")
        return 500, envelope.refusal(Internal()), {}
    finally:
        await cancel(working, leaving)


async def cancel(*tasks: asyncio.Future[Any]) -> None:
    """End tasks and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def gone(receive: Receive) -> None:
    """Return when the client has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_json(send: Send, opening: Opening, status: int, body: Any, headers: dict[str, str]) -> None:
    """Send a JSON answer under the opening's headers, its own replacing those of the same name."""
    content = json.dumps(body, ensure_ascii=False).encode()
    own = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(content)), **headers}
    await send(
        {"type": "http.response.start", "status": status, "headers": _replaced(opening.headers, own)},
    )
    await send({"type": "http.response.body", "body": content})


def _replaced(headers: list[tuple[bytes, bytes]], own: dict[str, str]) -> list[tuple[bytes, bytes]]:
    names = {name.lower().encode() for name in own}
    kept = [(name, value) for name, value in headers if name.lower() not in names]
    return [*kept, *((name.encode(), value.encode("latin-1")) for name, value in own.items())]


class Door:
    """The outermost ASGI application for HTTP: bounds the body, runs Django, then what Django left open."""

    def __init__(self, django: App) -> None:
        self._django = django

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        held: list[dict[str, Any]] = []

        async def hold(message: dict[str, Any]) -> None:
            if CONTINUATION not in scope:
                await send(message)
            elif message["type"] == "http.response.start":
                held.append(message)

        await self._django(scope, _bounded(scope, receive), hold)
        if held:
            continuation, arrived = scope.pop(CONTINUATION)
            await continuation(_opening(held.pop(), arrived), receive, send)


def _opening(start: dict[str, Any], arrived: context.RequestContext) -> Opening:
    # Django counted the bytes of a body that is not sent.
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    return Opening(start["status"], headers, arrived)


def _bounded(scope: dict[str, Any], receive: Receive) -> Receive:
    # Django spools any body to disk before it looks at it; without a bound anybody could fill the disk.
    limit = UPLOAD_BODY_BYTES if scope["path"].startswith("/uploads/") else JSON_BODY_BYTES
    taken = 0

    async def bounded() -> dict[str, Any]:
        nonlocal taken
        while (message := await receive())["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken <= limit:
                return message
            if TOO_LARGE not in scope:
                # Here the body ends for Django; what still comes is thrown away.
                scope[TOO_LARGE] = True
                return {"type": "http.request", "body": b"", "more_body": False}
        return message

    return bounded
