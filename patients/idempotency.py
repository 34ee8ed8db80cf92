"""One effect and one answer for a write, however often it is sent with the same `X-Idempotency-Key`.

A key is claimed by a row that is committed before the work begins, so that two requests at once can't both
begin. The answer is kept in the work's own transaction, so that there is never one without the other; a claim
whose process died is taken over after `ABANDONED_SECONDS`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from ninja.responses import NinjaJSONEncoder

from curaway import envelope
from curaway.errors import AppError, IdempotencyConflict, InputInvalid
from patients.access import Caller
from patients.models import IdempotencyKey

HEADER = "X-Idempotency-Key"
LONGEST_KEY = 200
KEPT_SECONDS = 24 * 60 * 60
ABANDONED_SECONDS = 60

NOT_KEPT = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.LOCKED,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""Refusals that may be lifted before the caller tries again; neither is any 5xx kept."""

Work = Callable[[], Any]


def answer_once(request: HttpRequest, caller: Caller, status: int, work: Work) -> HttpResponse:
    """Answer with the envelope of what `work` returns; with the first answer when the key was used before.

    `work` runs in one transaction together with the keeping of its answer. Raises `IdempotencyConflict` when
    the key was used for another body or its first request is still being answered.
    """
    return _answer(request, caller, status, work, transaction.atomic)


def answer_once_in_steps(request: HttpRequest, caller: Caller, status: int, work: Work) -> HttpResponse:
    """The same for work in several transactions, whose steps others see as they are done.

    When the process dies after a step, a repetition begins again after `ABANDONED_SECONDS`: such work finds out
    by itself what it has done already.
    """
    return _answer(request, caller, status, work, nullcontext)


class _Claim(NamedTuple):
    """Our right to answer under a key; `since` tells it from the claim of one who took it over."""

    id: int
    since: datetime


def _answer(
    request: HttpRequest,
    caller: Caller,
    status: int,
    work: Work,
    together: Callable[[], AbstractContextManager[Any]],
) -> HttpResponse:
    key = _key(request)
    if key is None:
        with together():
            return _response(status, _rendered(work()))
    claim = _claim(caller.subject, _route(request, caller), key, hashlib.sha256(request.body).hexdigest())
    if isinstance(claim, HttpResponse):
        return claim
    try:
        with together():
            body = _rendered(work())
            _keep(claim, status, body)
        return _response(status, body)
    except AppError as refused:
        _keep_refusal(claim, refused)
        raise
    except BaseException:
        _release(claim)
        raise


def _key(request: HttpRequest) -> str | None:
    key = request.headers.get(HEADER)
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
        raise InputInvalid(problems=[(HEADER, "Must be 1 to 200 printable characters.")])
    return key


def _route(request: HttpRequest, caller: Caller) -> str:
    return f"{caller.tenant.id} {request.method} {hashlib.sha256(request.get_full_path().encode()).hexdigest()}"


CLAIM_SQL = """
INSERT INTO patients_idempotencykey AS kept (subject, route, key, digest, created_at)
VALUES (%(subject)s, %(route)s, %(key)s, %(digest)s, clock_timestamp())
ON CONFLICT (subject, route, key) DO UPDATE
SET digest = excluded.digest, created_at = excluded.created_at, status = NULL, body = NULL
WHERE kept.created_at < clock_timestamp() - make_interval(secs => %(kept_seconds)s)
   OR (kept.status IS NULL AND kept.digest = excluded.digest
       AND kept.created_at < clock_timestamp() - make_interval(secs => %(abandoned_seconds)s))
RETURNING id, created_at
"""


def _claim(subject: str, route: str, key: str, digest: str) -> _Claim | HttpResponse:
    """Our claim, or the first answer; one statement, so that of two requests at once exactly one gets it."""
    with connection.cursor() as sql:
        sql.execute(
            CLAIM_SQL,
            {
                "subject": subject,
                "route": route,
                "key": key,
                "digest": digest,
                "kept_seconds": KEPT_SECONDS,
                "abandoned_seconds": ABANDONED_SECONDS,
            },
        )
        row = sql.fetchone()
    if row is not None:
        _forget_old()
        return _Claim(*row)
    first = IdempotencyKey.objects.filter(subject=subject, route=route, key=key).first()
    # Gone between the two statements: its work failed this very moment; the next try will claim it.
    if first is None or first.status is None or first.digest != digest:
        raise IdempotencyConflict
    response = _response(first.status, bytes(first.body))
    response["Idempotency-Replayed"] = "true"
    return response


FORGET_SQL = """
DELETE FROM patients_idempotencykey WHERE id IN (
    SELECT id FROM patients_idempotencykey WHERE created_at < now() - make_interval(secs => %s)
    ORDER BY created_at LIMIT 20 FOR UPDATE SKIP LOCKED
)
"""


def _forget_old() -> None:
    """Answers are about people: each new key takes a few expired ones with it."""
    with connection.cursor() as sql:
        sql.execute(FORGET_SQL, [KEPT_SECONDS])


def _keep_refusal(claim: _Claim, refused: AppError) -> None:
    if refused.status in NOT_KEPT or refused.status >= 500:
        _release(claim)
    else:
        _keep(claim, refused.status, _encoded(envelope.refusal(refused)))


def _keep(claim: _Claim, status: int, body: bytes) -> None:
    IdempotencyKey.objects.filter(id=claim.id, created_at=claim.since, status=None).update(status=status, body=body)


def _release(claim: _Claim) -> None:
    IdempotencyKey.objects.filter(id=claim.id, created_at=claim.since, status=None).delete()


def _rendered(data: Any) -> bytes:
    return _encoded(envelope.answer(data))


def _encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body, cls=NinjaJSONEncoder, ensure_ascii=False).encode()


def _response(status: int, body: bytes) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")
