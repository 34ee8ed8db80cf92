"""A stream as one writes it first: an async generator that asks Django's ORM every three seconds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from bench.contenders.plain_site import event_json, plain_event, set_up
from bench.contenders.poll import POLL_SECONDS, Polling, Writer
from bench.event import STREAMED_AS

__all__ = ["Naive", "Writer", "application", "urlpatterns"]


class Naive(Polling):
    name = "naive"
    about = "Django's async ORM polled every 3 s per stream in a StreamingHttpResponse; no authorisation, no state"


urlpatterns: list[Any] = []


def application() -> Any:
    set_up(ROOT_URLCONF=__name__)
    from django.core.asgi import get_asgi_application
    from django.http import StreamingHttpResponse  # noqa: TID251 - this is what is measured
    from django.urls import path

    table = plain_event()

    async def frames(patient_id: str, after: int) -> AsyncIterator[str]:
        yield f"event: connected\nid: {after}\ndata: {{}}\n\n"
        while True:
            async for event in table.objects.filter(patient_id=patient_id, id__gt=after).order_by("id"):
                after = event.id
                yield f"event: {STREAMED_AS}\nid: {after}\ndata: {json.dumps(event_json(event))}\n\n"
            await asyncio.sleep(POLL_SECONDS)

    async def stream(request: Any, patient_id: str) -> Any:
        after = request.headers.get("Last-Event-ID")
        if after is None:
            newest = await table.objects.order_by("-id").afirst()
            after = newest.id if newest else 0
        return StreamingHttpResponse(frames(patient_id, int(after)), content_type="text/event-stream")

    urlpatterns.append(path("patients/<patient_id>/stream", stream))
    return get_asgi_application()
