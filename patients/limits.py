"""How many writes a caller may make in a minute, counted in the database for all processes."""

from __future__ import annotations

from django.db import connection

from curaway.errors import RateLimited

COUNT_SQL = """
INSERT INTO patients_writecount AS counted (subject, minute, writes) VALUES (%s, %s, 1)
ON CONFLICT (subject, minute) DO UPDATE SET writes = counted.writes + 1
RETURNING writes
"""
FORGET_SQL = "DELETE FROM patients_writecount WHERE subject = %s AND minute < %s"


def count_write(subject: str, *, limit: int, now: float) -> None:
    """Count one write; raises `RateLimited` beyond `limit` in the current minute. 0: no limit.

    `now`: seconds since 1970.
    """
    if limit == 0:
        return
    minute = int(now // 60)
    with connection.cursor() as sql:
        sql.execute(COUNT_SQL, [subject, minute])
        (writes,) = sql.fetchone()
        if writes == 1:
            sql.execute(FORGET_SQL, [subject, minute])
    if writes > limit:
        raise RateLimited(retry_after=60 - int(now % 60))
