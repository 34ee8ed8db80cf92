"""Deleting the bytes of an erased patient's documents: after the commit, and again until it has worked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from curaway import log
from curaway.sweep import Sweep
from events.chores import Chore
from patients.documents.storage import Storage, StorageUnavailable, storage
from patients.erasure.models import ErasedFile, Erasure

logger = log.get(__name__)

AGAIN_AFTER = timedelta(minutes=1)
AT_ONCE = 50
EVERY_SECONDS = 60.0

DUE_SQL = "SELECT FROM patients_erasedfile WHERE due_at <= now()"


def chore() -> Chore:
    """Has the round ask for files that could not be deleted at once."""
    return Chore(DUE_SQL, {}, wake=_sweep.wake, every=EVERY_SECONDS)


async def sweep_files() -> None:
    """Delete them whenever there are some, until cancelled."""
    await _sweep.run()


def delete_files(erasure: Erasure) -> Iterator[ErasedFile]:
    """Delete this erasure's files that are still there; each, when it was tried."""
    yield from _deleted(list(_due().filter(erasure=erasure)), storage())


def delete_due() -> int:
    """Delete up to fifty files that are due; how many of them should have been gone before, or still are there.

    The second deletion of a file, which is planned where an address still takes bytes, is not late.
    """
    files = list(_due()[:AT_ONCE])
    late = {file.pk for file in files if file.deleted_at is None}
    return sum(1 for file in _deleted(files, storage()) if file.pk in late or file.due_at is not None)


def remaining(erasure: Erasure) -> int:
    """How many files are still there."""
    return ErasedFile.objects.filter(erasure=erasure, deleted_at=None).count()


_sweep = Sweep(delete_due, found="erased_files_deleted_late")


def _due() -> QuerySet[ErasedFile]:
    return ErasedFile.objects.filter(due_at__lte=timezone.now()).order_by("due_at")


def _deleted(files: Iterable[ErasedFile], stored: Storage) -> Iterator[ErasedFile]:
    for file in files:
        now = timezone.now()
        try:
            stored.delete(file.storage_key)
        except (StorageUnavailable, OSError) as fault:
            logger.warning("erased_file_not_deleted", document_id=file.pk, cause=type(fault).__name__)
            file.due_at = now + AGAIN_AFTER
        else:
            file.deleted_at = now
            file.due_at = file.final_at if now < file.final_at else None
        file.save(update_fields=["due_at", "deleted_at"])
        yield file
