"""How far the reading of a long document has got: kept, and told, while it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from events.registry import DocumentParsing
from patients.documents import claims
from patients.documents.claims import CLAIM, ClaimLost, Paused
from patients.documents.pages import Page
from patients.models import Document

LONG = 3
"""Pages from which a document is long. A shorter one is kept when all of it is read."""


@transaction.atomic
def keep_pages(document: Document, pages: Sequence[Page], *, of: int, now: datetime) -> None:
    """Keep the pages read behind those that were kept, tell it, and renew the claim that `document` was taken with.

    Raises `ClaimLost` when another delivery has taken over, `Paused` when consent was withdrawn. A page is thus kept
    and told once, and after a kill the next delivery reads on behind it.
    """
    stored = claims.locked(document.tenant_id, document.patient_id, document.pk)
    if stored.claim is None or stored.claim != document.claim:
        raise ClaimLost
    if not claims.may_be_processed(stored.patient):
        raise Paused
    stored.pages = [*(stored.pages or ()), *map(asdict, pages)]
    stored.page_count, stored.pages_read = of, len(stored.pages)
    stored.claimed_until = now + CLAIM
    # A fault of ours is final when nothing has got on for long: here something has.
    document.began_at = stored.began_at = now
    stored.save()
    read = DocumentParsing(
        document_id=stored.pk,
        filename=stored.filename,
        page=stored.pages_read,
        pages=of,
        confidence=pages[-1].confidence,
    )
    claims.emit(stored, read)


def kept(document: Document) -> tuple[Page, ...]:
    """The pages that earlier deliveries have read."""
    return tuple(Page(**page) for page in document.pages or ())
