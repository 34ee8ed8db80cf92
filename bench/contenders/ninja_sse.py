"""Django Ninja's own streaming, `SSE[...]`, over the same poll."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from bench.contenders.plain_site import event_json, plain_event, set_up
from bench.contenders.poll import POLL_SECONDS, Polling, Writer

__all__ = ["NinjaSse", "Writer", "application", "urlpatterns"]


class NinjaSse(Polling):
    name = "ninja-sse"
    about = "Django Ninja's SSE[…] over the same poll; it has no ids, so nothing can be resumed"
    resumes = False


urlpatterns: list[Any] = []


def application() -> Any:
    set_up(ROOT_URLCONF=__name__)
    from django.core.asgi import get_asgi_application
    from django.http import HttpRequest
    from django.urls import path
    from ninja import NinjaAPI, Schema
    from ninja.streaming import SSE

    table = plain_event()
    api = NinjaAPI()

    class Item(Schema):
        position: int
        event_id: str = ""
        event_type: str = "connected"
        occurred_at: str = ""
        correlation_id: str = ""
        payload: dict[str, Any] = {}

    async def stream(request: HttpRequest, patient_id: str) -> AsyncIterator[Any]:
        newest = await table.objects.order_by("-id").afirst()
        after = newest.id if newest else 0
        yield {"position": after}
        while True:
            async for event in table.objects.filter(patient_id=patient_id, id__gt=after).order_by("id"):
                after = event.id
                yield event_json(event)
            await asyncio.sleep(POLL_SECONDS)

    # By hand, because with postponed annotations Ninja can't see names that are local to this function.
    stream.__annotations__ = {"request": HttpRequest, "patient_id": str}
    api.get("/patients/{patient_id}/stream", response=SSE[Item])(stream)
    urlpatterns.append(path("", api.urls))
    return get_asgi_application()
