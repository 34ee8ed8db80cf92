"""What is held while an answer is left open for minutes: nothing of what it took to decide it."""

from __future__ import annotations

import gc
import weakref
from typing import Any

from curaway import context
from curaway.door import CONTINUATION, Door, Opening


class Held:
    """Something that Django needed."""


async def test_the_token_and_all_that_django_needed_are_let_go_of() -> None:
    needed: list[weakref.ref[Held]] = []
    seen: list[Any] = []

    async def django(scope: dict[str, Any], receive: Any, send: Any) -> None:
        request = Held()
        needed.append(weakref.ref(request))
        scope[CONTINUATION] = (stay, context.RequestContext())
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y"), (b"Content-Length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def stay(opening: Opening, receive: Any, send: Any) -> None:
        gc.collect()
        seen.extend((opening.status, opening.headers, list(scope["headers"]), needed[0]()))

    scope: dict[str, Any] = {"path": "/", "query_string": b"", "headers": [(b"authorization", b"Bearer secret")]}
    await Door(django)(scope, None, None)  # type: ignore[arg-type]
    assert seen == [200, [(b"x", b"y")], [], None]


async def test_an_answer_that_django_gives_itself_keeps_its_headers() -> None:
    sent: list[Any] = []

    async def django(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"path": "/", "query_string": b"", "headers": [(b"authorization", b"Bearer secret")]}
    await Door(django)(scope, None, send)  # type: ignore[arg-type]
    assert sent == [{"type": "http.response.start", "status": 404, "headers": []}]
    assert scope["headers"] == [(b"authorization", b"Bearer secret")]
