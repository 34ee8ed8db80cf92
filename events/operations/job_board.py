"""What failed in the outbox, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from events.models import Job, JobStatus

LONGEST = 50
"""Failed jobs that the board shows: the newest."""

FAULTS_SQL = """
SELECT kind, last_error, count(*) FROM (
    SELECT kind, last_error FROM events_job
    WHERE status = 'failed' AND created_at > %s ORDER BY created_at DESC LIMIT 10000
) AS failed
GROUP BY kind, last_error ORDER BY count(*) DESC, kind, last_error
"""


class Fault(NamedTuple):
    """Why jobs of a kind failed, and how many did."""

    kind: str
    why: str
    jobs: int


def faults(*, within: timedelta) -> list[Fault]:
    """Why jobs that were made `within` this time have failed, the commonest first."""
    with connection.cursor() as cursor:
        cursor.execute(FAULTS_SQL, [timezone.now() - within])
        return [Fault(*row) for row in cursor.fetchall()]


def newest_failed() -> list[Job]:
    """The newest jobs that have failed."""
    return list(Job.objects.filter(status=JobStatus.FAILED).order_by("-created_at")[:LONGEST])
