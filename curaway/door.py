"""How an answer may outlive Django's part of it.

A view decides, in a worker thread and with a database connection; what must wait afterwards (a stream, a long
poll, the reading of a scan) is left to a continuation on the event loop, which holds neither.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from django.http import HttpRequest, HttpResponse

from curaway import context, envelope, log, tracing
from curaway.bounds import Receive, bounded
from curaway.errors import AppError, Internal

logger = log.get(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

CONTINUATION = "curaway.continuation"


class Opening(NamedTuple):
    """What Django decided to answer with, not sent yet."""

    status: int
    headers: list[tuple[bytes, bytes]]
    context: context.RequestContext


class Answer(NamedTuple):
    """A JSON answer, ready to be sent."""

    status: int
    content: bytes
    headers: Mapping[str, str] = MappingProxyType({})


class Continuation(Protocol):
    """Goes on after Django has answered; sends the answer's start itself."""

    def __call__(self, opening: Opening, receive: Receive, send: Send) -> Coroutine[Any, Any, None]: ...


def leave_open(request: HttpRequest, response: HttpResponse, continuation: Continuation) -> HttpResponse:
    """Let `continuation` give this answer, under the response's headers."""
    request.scope[CONTINUATION] = (continuation, context.current())  # type: ignore[attr-defined]
    return response


def answer_later(request: HttpRequest, work: Callable[[], Awaitable[Any]]) -> HttpResponse:
    """Answer with the envelope of what `work` returns, or of the `AppError` it raises, when it is done; or with the
    `Answer` that it returns.

    `work` is cancelled when the client goes away.
    """

    async def continuation(opening: Opening, receive: Receive, send: Send) -> None:
        with context.serving(opening.context), tracing.step("work"):
            answer = await _outcome(work, receive)
        if answer is not None:
            await _send(send, opening, answer)

    return leave_open(request, HttpResponse(), continuation)


def answer_now(data: Any) -> HttpResponse:
    """The envelope of `data`, at once."""
    content = json.dumps(envelope.answer(data), ensure_ascii=False)
    return HttpResponse(content, content_type="application/json; charset=utf-8")


async def _outcome(work: Callable[[], Awaitable[Any]], receive: Receive) -> Answer | None:
    """The answer; None when there is nobody left to take it."""
    working = asyncio.ensure_future(work())
    leaving = asyncio.ensure_future(gone(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            return None
        done = working.result()
        return done if isinstance(done, Answer) else Answer(200, _json(envelope.answer(done)))
    except AppError as refused:
        return Answer(refused.status, _json(envelope.refusal(refused)), refused.headers())
    except Exception:
        logger.exception("answer_failed")
        return Answer(500, _json(envelope.refusal(Internal())))
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
    await _send(send, opening, Answer(status, _json(body), headers))


async def _send(send: Send, opening: Opening, answer: Answer) -> None:
    own = {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(answer.content)),
        "Cache-Control": "no-store",
        **answer.headers,
    }
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": _replaced(opening.headers, own)},
    )
    await send({"type": "http.response.body", "body": answer.content})


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _replaced(headers: list[tuple[bytes, bytes]], own: dict[str, str]) -> list[tuple[bytes, bytes]]:
    names = {name.lower().encode() for name in own}
    kept = [(name, value) for name, value in headers if name.lower() not in names]
    return [*kept, *((name.encode(), value.encode("latin-1")) for name, value in own.items())]


class Door:
    """The outermost ASGI application for HTTP: bounds head and body, runs Django, then what Django left open."""

    def __init__(self, django: App) -> None:
        self._django = django

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        left_open = await self._answered(scope, receive, send)
        if left_open is not None:
            await left_open

    async def _answered(self, scope: dict[str, Any], receive: Receive, send: Send) -> Coroutine[Any, Any, None] | None:
        """Let Django answer; what it has left open, if anything, not begun yet: nothing of this is held meanwhile."""
        held: list[dict[str, Any]] = []

        async def hold(message: dict[str, Any]) -> None:
            if CONTINUATION not in scope:
                await send(message)
            elif message["type"] == "http.response.start":
                held.append(message)

        await self._django(scope, bounded(scope, receive), hold)
        if not held:
            return None
        continuation, arrived = scope.pop(CONTINUATION)
        # The token among them was looked at, and is not kept in memory as long as a stream is open.
        scope["headers"].clear()
        to_come: Coroutine[Any, Any, None] = continuation(_opening(held.pop(), arrived), receive, send)
        return to_come


def _opening(start: dict[str, Any], arrived: context.RequestContext) -> Opening:
    # Django counted the bytes of a body that is not sent.
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    return Opening(start["status"], headers, arrived)
