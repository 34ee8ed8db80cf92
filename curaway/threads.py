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
from functools import cache
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

P = ParamSpec("P")
R = TypeVar("R")


@cache
def web_workers() -> ThreadPoolExecutor:
    """The threads that serve requests and callbacks; each keeps one database connection."""
    return ThreadPoolExecutor(max(1, settings.ENVIRONMENT.DATABASE_CONNECTIONS - 1), thread_name_prefix="web")


@cache
def hearing_worker() -> ThreadPoolExecutor:
    """The one thread that reads the log for all streams, so that requests never delay hearing."""
    return ThreadPoolExecutor(1, thread_name_prefix="hearing")


class BoundedHandler(ASGIHandler):
    """Django's ASGI handler, run in the web workers."""

    def __init__(self) -> None:
        super(ASGIHandler, self).__init__()
        self.load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # A context per request around one shared executor: no thread is made for a request.
        async with ThreadSensitiveContext(executor=web_workers()):
            await self.handle(scope, receive, send)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        answered: HttpResponseBase = await sync_to_async(self._answer, thread_sensitive=True)(request)
        return answered

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        close_old_connections()
        return self.get_response(request)


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
