"""Who may answer under an idempotency key: claimed by one statement, kept with the answer, freed by a failure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from curaway.errors import IdempotencyConflict
from patients.models import IdempotencyKey

KEPT_SECONDS = 24 * 60 * 60
ABANDONED_SECONDS = 60


class Claim(NamedTuple):
    """Our right to answer under a key; `since` tells it from the claim of one who took it over."""

    id: int
    since: datetime


class Kept(NamedTuple):
    """The first answer."""

    status: int
    body: bytes


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


def claim(*, subject: str, route: str, key: str, digest: str) -> Claim | Kept:
    """Our claim, or the first answer; one statement, so that of two requests at once exactly one gets it.

    Raises `IdempotencyConflict` when the key was used for another body, or its first answer is still being made.
    """
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
        return Claim(*row)
    first = IdempotencyKey.objects.filter(subject=subject, route=route, key=key).first()
    # Gone between the two statements: its work failed this very moment; the next try will claim it.
    if first is None or first.status is None or first.digest != digest:
        raise IdempotencyConflict
    return Kept(first.status, bytes(first.body))


def keep(claimed: Claim | None, status: int, body: bytes) -> bool:
    """Keep the first answer; False when the claim is not ours any more. Without a claim there is nothing to keep."""
    return claimed is None or bool(_open(claimed).update(status=status, body=body))


def release(claimed: Claim | None) -> None:
    """Free the key for another try."""
    if claimed is not None:
        _open(claimed).delete()


def _open(claimed: Claim) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(id=claimed.id, created_at=claimed.since, status=None)


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
