"""Who is asking: one value per request, set at the door and read where a fact is recorded."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

CORRELATION_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")


def new_correlation_id() -> str:
    return str(uuid.uuid4())


def correlation_id_from(header: str | None) -> str:
    """The caller's correlation id when it is well formed, else a new one."""
    if header is not None and CORRELATION_ID.fullmatch(header):
        return header
    return new_correlation_id()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """Ambient facts that every event of a request carries without being told."""

    correlation_id: str = field(default_factory=new_correlation_id)
    tenant_id: str | None = None
    actor_id: str | None = None
    locale: str | None = None
    source_service: str = "curaway"
    client_type: str | None = None
    api_version: str = "v1"
    traceparent: str | None = None
    """The trace's step that is being made, where traces are kept; see `curaway.tracing`."""
    began_at: float = field(default_factory=time.monotonic, compare=False)
    """When the request came: seconds of the monotonic clock."""


_current: ContextVar[RequestContext | None] = ContextVar("curaway_request_context", default=None)


def current() -> RequestContext:
    """The context of the request, callback or command being served; a fresh one outside of any."""
    return _current.get() or RequestContext()


def current_correlation_id() -> str | None:
    """The correlation id of what is being served; None outside of any request, callback or command."""
    context = _current.get()
    return context.correlation_id if context else None


@contextmanager
def serving(context: RequestContext) -> Iterator[RequestContext]:
    """Serve one request, callback or command under this context."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def begin(context: RequestContext) -> None:
    """Serve under this context to the end of the current task, which is for nothing else."""
    _current.set(context)


def amend(**facts: Any) -> RequestContext:
    """Add what became known (tenant, actor, locale) to the current context."""
    context = replace(current(), **facts)
    _current.set(context)
    return context
