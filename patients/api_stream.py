"""Hearing a patient's events: as a stream, or as JSON for clients that poll."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from curaway import door, threads
from curaway.analytics import analytics
from curaway.errors import InputInvalid
from curaway.flags import flags
from events import hub, log
from events.contracts import stream_openapi
from events.errors import StreamUnavailable
from events.frames import as_json
from events.log import Cursor, Page, StreamKey
from events.operations import figures
from events.operations.log_epoch import current_epoch
from events.registry import StreamEvent
from events.stream import HEADERS, Stream, start_from
from events.viewers import Viewer
from patients import live
from patients.access import Caller, listener, reader
from patients.bearer import BearerInTenant
from patients.errors import PatientUnknown
from patients.models import Patient
from patients.state import STATE

router = Router(tags=["events"])

ALWAYS_SENT = frozenset({"connected", "done"})


class StreamQuery(Schema):
    """Where to go on from, how long to stay, what to hear."""

    after: str | None = Field(None, description="Resume after this position; the header Last-Event-ID wins.")
    follow: str = Field("false", description="`true` keeps an idle stream open until its lifetime ends.")
    types: str | None = Field(None, description="Comma-separated stream names to narrow to.")
    epoch: str | None = Field(
        None, description="The `epoch` of the `connected` frame that the position was heard after."
    )


@contextmanager
def _unavailable_without_database() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError):
        raise StreamUnavailable(reason="unavailable", retry_after=5) from None


class StreamBearer(BearerInTenant):
    """The API's bearer; a stream says of a missing database that it is unavailable, not that it failed."""

    def __call__(self, request: HttpRequest) -> Caller:
        with _unavailable_without_database():
            return super().__call__(request)


@router.api_operation(
    ["GET", "HEAD"],
    "/patients/{patient_id}/events/stream",
    auth=StreamBearer(STATE),
    summary="Follow a patient's events live (server-sent events)",
    openapi_extra=stream_openapi(),
)
def open_stream(request: HttpRequest, patient_id: str, query: Query[StreamQuery]) -> HttpResponse:
    """Server-sent events: `connected` with the record's summary, then every event in order, then `done`.

    Resume with `Last-Event-ID` or `after`. HEAD answers the headers alone.
    """
    try:
        with _unavailable_without_database():
            return _opened(request, patient_id, query)
    except StreamUnavailable as refused:
        figures.refused(refused.reason)
        raise


def _opened(request: HttpRequest, patient_id: str, query: StreamQuery) -> HttpResponse:
    caller, patient = listener(request, patient_id)
    types = _types(query.types)
    if not flags().enabled("sse_streaming"):
        raise StreamUnavailable(reason="disabled", retry_after=30)
    process = hub.current()
    if process.switched_off:
        raise StreamUnavailable(reason="disabled", retry_after=30)
    if process.draining:
        raise StreamUnavailable(reason="draining", retry_after=2)
    response = HttpResponse(headers=HEADERS)
    if request.method == "HEAD":
        return response
    snapshot = live.snapshot_for(caller, patient)
    viewer = _viewer(caller, patient)
    resume = request.headers.get("Last-Event-ID") or query.after or None
    start = start_from(
        resume,
        head=snapshot.position,
        state=snapshot.summary,
        epoch=snapshot.epoch,
        known_epoch=query.epoch or None,
        certain=log.head_at(viewer.key, snapshot.restored_at) if resume and snapshot.restored_at else None,
    )
    follow = query.follow.lower() in ("true", "1")
    stream = Stream(process, viewer, start, follow=follow, types=types, report=analytics().capture)
    return door.leave_open(request, response, stream.live)


def _viewer(caller: Caller, patient: Patient) -> Viewer:
    return Viewer(StreamKey(patient.tenant_id, patient.id), caller.subject, str(caller.role))


def _types(wanted: str | None) -> frozenset[str] | None:
    if not wanted:
        return None
    names = frozenset(name.strip() for name in wanted.split(",")) - ALWAYS_SENT
    if not names <= set(StreamEvent):
        raise InputInvalid(problems=[("types", f"Choose from {', '.join(StreamEvent)}.")])
    return names


class PageQuery(Schema):
    """Which events, how many, and how long to wait for the first."""

    after: int = Field(0, ge=0, le=2**63 - 1, description="Events after this position.")
    limit: int = Field(100, ge=1, le=500)
    wait: float = Field(0, ge=0, le=25, description="Seconds to wait for an event when there is none yet.")
    epoch: str | None = Field(None, description="The `epoch` that `after` was heard in, by `connected` or `/summary`.")


@router.get("/patients/{patient_id}/events", summary="A page of a patient's events, or the next one (long poll)")
def read_events(request: HttpRequest, patient_id: str, query: Query[PageQuery]) -> HttpResponse:
    """`{"events": […], "position", "has_more"}`: the same events as the stream, in the same order.

    `position` is what to send as `after` next time; below `after` when that lay beyond the log's end. With
    `"reset": "ahead"` the position means nothing any more, as the log was restored: read `/summary` and begin there.
    """
    viewer = _viewer(*reader(request, patient_id))
    if query.epoch and query.epoch != current_epoch():
        return door.answer_now({"events": [], "position": log.head(viewer.key), "has_more": False, "reset": "ahead"})
    cursor = Cursor(viewer.key, query.after)
    page = _read(cursor, query.limit)
    if page.rows:
        return door.answer_now(_answer(cursor, page))
    # A position from another life of this log (a restored backup) would never be reached by waiting.
    cursor = Cursor(viewer.key, min(query.after, log.head(viewer.key)))
    if not query.wait:
        return door.answer_now(_answer(cursor, page))

    async def when_grown() -> Any:
        await hub.current().grown_beyond(viewer, cursor.after, seconds=query.wait)
        return _answer(cursor, await threads.in_worker(_read_again, viewer, cursor, query.limit))

    return door.answer_later(request, when_grown)


def _read(cursor: Cursor, limit: int) -> Page:
    return log.read([cursor], rows=limit)[cursor]


def _read_again(viewer: Viewer, cursor: Cursor, limit: int) -> Page:
    # The caller may have lost the right to see this patient while it waited.
    if live.refused([viewer]):
        raise PatientUnknown
    return _read(cursor, limit)


def _answer(cursor: Cursor, page: Page) -> dict[str, Any]:
    return {
        "events": [json.loads(as_json(row)) for row in page.rows],
        "position": page.rows[-1].position if page.rows else cursor.after,
        "has_more": page.has_more,
    }
