"""Where Django runs: a few worker threads per process, a database connection each, whatever the load.

Django's own ASGI handler keeps a thread and a connection per request that is being answered. Here the whole
of Django (middleware, view, signals) is one synchronous call in a fixed pool, so that threads and connections
are bounded by a setting; what has to wait is done on the event loop, after Django has answered.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from io import BytesIO
from typing import IO, Any, ParamSpec, TypeVar

from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

P = ParamSpec("P")
R = TypeVar("R")


LIVENESS = "/health"


@cache
def web_workers() -> ThreadPoolExecutor:
    """The threads that serve requests and callbacks; each keeps one database connection."""
    return ThreadPoolExecutor(max(1, settings.ENVIRONMENT.DATABASE_CONNECTIONS - 1), thread_name_prefix="web")


@cache
def probe_worker() -> ThreadPoolExecutor:
    """The one thread that says that the process lives: without a connection, whatever the others wait for."""
    return ThreadPoolExecutor(1, thread_name_prefix="probe")


@cache
def hearing_worker() -> ThreadPoolExecutor:
    """The one thread that reads the log for all streams, so that requests never delay hearing."""
    return ThreadPoolExecutor(1, thread_name_prefix="hearing")


class BoundedHandler(ASGIHandler):
    """Django's ASGI handler with all of Django in one call of a web worker: signals, middleware, view, and the end.

    Django's own goes to a thread three times for each request. Nobody is told when a client hangs up meanwhile: a
    worker can't be interrupted, and what it answers then goes nowhere.
    """

    def __init__(self) -> None:
        super(ASGIHandler, self).__init__()
        self.load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with body:
            workers = probe_worker() if scope["path"] == LIVENESS else web_workers()
            response = await _run(workers, partial(self._answer, scope, body))
            await self.send_response(response, send)
            if response.streaming:
                await _run(web_workers(), response.close)

    async def read_body(self, receive: Any) -> IO[bytes]:
        """The request's body, in memory where it came whole: Django's own makes a spooled file for every request."""
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            return BytesIO(message.get("body", b""))
        first = [message]

        async def again() -> Any:
            return first.pop() if first else await receive()

        body: IO[bytes] = await super().read_body(again)
        return body

    def _answer(self, scope: Any, body: IO[bytes]) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=type(self), scope=scope)
        request, refused = self.create_request(scope, body)
        response: HttpResponseBase = refused if request is None else self.get_response(request)  # type: ignore[assignment]
        response._handler_class = type(self)  # type: ignore[attr-defined]
        if not response.streaming:
            # Its content is complete; what comes is only sent.
            response.close()
        return response


async def in_worker(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a synchronous function in a web worker, in the caller's context, on a connection known to work."""

    def call() -> R:
        # A connection that broke since its last use is replaced here instead of failing the call.
        close_old_connections()
        return function(*args, **kwargs)

    return await _run(web_workers(), call)


async def in_hearing(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a synchronous function in the hearing thread; its caller tries again when the database fails it."""

    def call() -> R:
        # Not checked before each use: that would be a second query for every read. A broken connection costs
        # one failed call and is replaced by the next.
        try:
            return function(*args, **kwargs)
        except DatabaseError:
            connection.close()
            raise

    return await _run(hearing_worker(), call)


async def _run(workers: ThreadPoolExecutor, call: Callable[[], R]) -> R:
    return await asyncio.get_running_loop().run_in_executor(workers, contextvars.copy_context().run, call)
