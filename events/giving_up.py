"""Jobs that nobody tries any more: they fail, and with them what they are about, which a layer above ends.

Here it is known that a job is lost, and not what a document or a mail is; who knows registers with `on_given_up`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from events.models import Job, JobStatus

End = Callable[[Job, datetime], None]
"""Ends what the job is about, in the caller's transaction, and the job when that has ended otherwise.

It locks the patient first, then the job as it is by now. Raises `NotNow`, also when the job is not the caller's.
"""

_ends: list[End] = []


class NotNow(Exception):
    """Whether the job is lost can't be told yet; ask again."""


def on_given_up(end: End) -> Callable[[], None]:
    """Call `end` for every job that is given up; returns what ends that."""
    _ends.append(end)
    return lambda: _ends.remove(end)


def give_up(claimed: Job, *, fault: str, now: datetime) -> bool:
    """Fail a job that its relay has claimed; False while somebody works on it: it is due again after its lease.

    `fault`: what the admin shows of it. One transaction: the job never fails without what it is about.
    """
    try:
        with transaction.atomic():
            for end in tuple(_ends):
                end(claimed, now)
            lost = Job.objects.filter(tenant_id=claimed.tenant_id, pk=claimed.pk, attempts=claimed.attempts)
            lost.exclude(status=JobStatus.DONE).update(status=JobStatus.FAILED, finished_at=now, last_error=fault)
    except NotNow:
        return False
    return True
