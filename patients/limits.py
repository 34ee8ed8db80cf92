"""How many writes a caller may make in a minute, counted in the database for all processes; attempts to sign in too."""

from __future__ import annotations

from django.db import connection
from django.db.models import F

from curaway.errors import RateLimited
from patients.write_models import WriteCount

COUNT_SQL = """
INSERT INTO patients_writecount AS counted (subject, minute, writes) VALUES (%s, %s, 1)
ON CONFLICT (subject, minute) DO UPDATE SET writes = counted.writes + 1
RETURNING writes
"""
FORGET_SQL = "DELETE FROM patients_writecount WHERE subject = %s AND minute < %s"


def count_write(subject: str, *, limit: int, now: float, minutes: int = 1) -> None:
    """Count one write; raises `RateLimited` beyond `limit` in the current minute, or so many of them. 0: no limit.

    `now`: seconds since 1970.
    """
    if limit == 0:
        return
    minute = _first(now, minutes)
    with connection.cursor() as sql:
        sql.execute(COUNT_SQL, [subject, minute])
        (writes,) = sql.fetchone()
        if writes == 1:
            sql.execute(FORGET_SQL, [subject, minute])
    if writes > limit:
        raise RateLimited(retry_after=(minute + minutes) * 60 - int(now))


def take_back(subject: str, *, now: float, minutes: int = 1) -> None:
    """Count one less."""
    counted = WriteCount.objects.filter(subject=subject, minute=_first(now, minutes), writes__gt=0)
    counted.update(writes=F("writes") - 1)


def forget(prefix: str, *, now: float, minutes: int) -> None:
    """Forget what subjects that begin so did before: most of them never come back."""
    WriteCount.objects.filter(subject__startswith=prefix, minute__lt=_first(now, minutes)).delete()


def _first(now: float, minutes: int) -> int:
    return int(now // 60) // minutes * minutes
