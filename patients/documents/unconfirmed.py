"""Uploads that were announced and not confirmed: how many there may be, and the end of those that were given up."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Min
from django.utils import timezone

from curaway import log
from curaway.sweep import EVERY_SECONDS, Sweep
from events.chores import Chore
from patients.documents.storage import Storage, StorageUnavailable, storage
from patients.documents.upload_url import LIFETIME
from patients.errors import TooManyUploads
from patients.models import Document, DocumentStatus

logger = log.get(__name__)

OPEN_FOR = LIFETIME + timedelta(hours=1)
"""How long after its announcement an upload may be confirmed; its address has expired long before."""

KEPT_FOR = OPEN_FOR + timedelta(minutes=5)
"""Longer, so that none is deleted while it is being confirmed."""

MOST = 100
"""At once, of a patient: more than anybody drops on a page, and a bound to what lies there unread."""

AT_ONCE = 50

GIVEN_UP_SQL = """
SELECT FROM patients_document WHERE status = 'expected' AND created_at < now() - make_interval(secs => %(kept)s)
"""


def chore() -> Chore:
    """Has the round ask for uploads that were given up."""
    return Chore(GIVEN_UP_SQL, {"kept": KEPT_FOR.total_seconds()}, wake=_sweep.wake, every=EVERY_SECONDS)


async def sweep_uploads() -> None:
    """Delete them whenever there are some, until cancelled."""
    await _sweep.run()


def is_open(document: Document) -> bool:
    """Whether it may be put and confirmed."""
    return document.status == DocumentStatus.EXPECTED and document.created_at > timezone.now() - OPEN_FOR


def refuse_too_many(tenant_id: str, patient_id: str) -> None:
    """Raise `TooManyUploads` where no more may be announced until some are confirmed, or deleted."""
    expected = Document.objects.filter(tenant_id=tenant_id, patient_id=patient_id, status=DocumentStatus.EXPECTED)
    found = expected.aggregate(count=Count("id"), oldest=Min("created_at"))
    if found["count"] >= MOST:
        left = found["oldest"] + KEPT_FOR - timezone.now()
        raise TooManyUploads(retry_after=max(1, round(left.total_seconds())))


def delete_given_up() -> int:
    """Delete up to fifty uploads that nobody can confirm any more, with their bytes; how many there were."""
    before = timezone.now() - KEPT_FOR
    given_up = Document.objects.filter(status=DocumentStatus.EXPECTED, created_at__lt=before).order_by("created_at")
    stored = storage()
    return sum(_delete(document, stored) for document in given_up[:AT_ONCE])


_sweep = Sweep(delete_given_up, found="uploads_given_up")


def _delete(document: Document, stored: Storage) -> bool:
    # The bytes first: without the row nobody would know where they lie.
    try:
        stored.delete(document.storage_key)
    except (StorageUnavailable, OSError) as fault:
        logger.warning("upload_not_deleted", document_id=document.pk, cause=type(fault).__name__)
        return False
    document.delete()
    return True
