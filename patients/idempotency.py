"""One effect and one answer for a write, however often it is sent with the same `X-Idempotency-Key`.

A key is claimed by a row that is committed before the work begins, so that two requests at once can't both
begin. The answer is kept in the work's own transaction, so that there is never one without the other; a claim
whose process died is taken over after `ABANDONED_SECONDS`. One that was only slow finds that out when it keeps its
answer, and its effect is undone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja.responses import NinjaJSONEncoder

from curaway import door, envelope
from curaway.errors import AppError, IdempotencyConflict, InputInvalid
from curaway.finishing import to_its_end
from curaway.threads import in_worker
from patients import idempotency_keys as keys
from patients.access import Caller
from patients.idempotency_keys import Claim, Kept

B = TypeVar("B")

HEADER = "X-Idempotency-Key"
LONGEST_KEY = 200


def answer_once(request: HttpRequest, caller: Caller, status: int, work: Callable[[], Any]) -> HttpResponse:
    """Answer with the envelope of what `work` returns; with the first answer when the key was used before.

    `work` runs in one transaction together with the keeping of its answer. Raises `IdempotencyConflict` when
    the key was used for another body, its first request is still being answered, or another one has taken over.
    """
    claim = _claim(request, caller)
    if isinstance(claim, Kept):
        return _replayed(claim)
    try:
        with transaction.atomic():
            return _response(status, _kept(claim, status, work()))
    except BaseException as failed:
        _settle(claim, failed)
        raise


def answer_once_in_steps(
    request: HttpRequest,
    caller: Caller,
    status: int,
    begin: Callable[[], B],
    go_on: Callable[[B], Awaitable[Any]],
) -> HttpResponse:
    """The same for work in several transactions, whose steps others see as they are done.

    `begin` runs here. `go_on` is given what it returned, on the event loop, after Django has answered: what it
    waits for holds neither a thread nor a connection. It goes on to its end when the client hangs up. When the
    process dies after a step, a repetition begins again after `ABANDONED_SECONDS`: such work finds out by itself
    what it has done already.
    """
    claim = _claim(request, caller)
    if isinstance(claim, Kept):
        return _replayed(claim)
    try:
        begun = begin()
    except BaseException as failed:
        _settle(claim, failed)
        raise
    return door.answer_later(request, lambda: to_its_end(_rest(claim, status, go_on, begun)))


def hashed_key(request: HttpRequest, caller: Caller) -> str:
    """The key as this caller's in this tenant, for work that finds out by it what it has done; empty without one."""
    key = request.headers.get(HEADER)
    return hashlib.sha256(f"{caller.tenant.id} {caller.subject} {key}".encode()).hexdigest() if key else ""


async def _rest(claim: Claim | None, status: int, go_on: Callable[[B], Awaitable[Any]], begun: B) -> door.Answer:
    try:
        data = await go_on(begun)
        return door.Answer(status, await in_worker(_kept, claim, status, data))
    except Exception as failed:
        await in_worker(_settle, claim, failed)
        raise


def _claim(request: HttpRequest, caller: Caller) -> Claim | Kept | None:
    """None without a key: nothing is kept then."""
    key = _key(request)
    if key is None:
        return None
    digest = hashlib.sha256(request.body).hexdigest()
    return keys.claim(subject=caller.subject, route=_route(request, caller), key=key, digest=digest)


def _key(request: HttpRequest) -> str | None:
    key = request.headers.get(HEADER)
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
        raise InputInvalid(problems=[(HEADER, "Must be 1 to 200 printable characters.")])
    return key


def _route(request: HttpRequest, caller: Caller) -> str:
    return f"{caller.tenant.id} {request.method} {hashlib.sha256(request.path.encode()).hexdigest()}"


def _kept(claim: Claim | None, status: int, data: Any) -> bytes:
    """The answer's body, kept under the claim; raises `IdempotencyConflict` when it was taken over meanwhile."""
    body = _encoded(envelope.answer(data))
    if not keys.keep(claim, status, body):
        raise IdempotencyConflict
    return body


def _settle(claim: Claim | None, failed: BaseException) -> None:
    """Keep a refusal that will stay one; free the key after any other failure."""
    if isinstance(failed, AppError) and not failed.may_be_lifted:
        keys.keep(claim, failed.status, _encoded(envelope.refusal(failed)))
    else:
        keys.release(claim)


def _replayed(first: Kept) -> HttpResponse:
    response = _response(first.status, first.body)
    response["Idempotency-Replayed"] = "true"
    return response


def _encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body, cls=NinjaJSONEncoder, ensure_ascii=False).encode()


def _response(status: int, body: bytes) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")
