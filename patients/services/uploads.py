"""A document's way into the vault: announced, put, confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from curaway.errors import UploadTooLarge
from events.emit import emit_event
from events.registry import DocumentUploaded, EventType
from patients import queries
from patients.documents.kinds import CONTENT_TYPES, HEAD_BYTES, extension_of, sniff
from patients.documents.storage import Found, LocalStorage, Storage, StorageUnavailable, TooManyBytes
from patients.documents.unconfirmed import is_open, refuse_too_many
from patients.documents.upload_url import Permission
from patients.errors import (
    ContentTypeRefused,
    DocumentUnknown,
    ExtensionRefused,
    StorageAway,
    UploadAddressRefused,
    UploadMissing,
    UploadTooSmall,
)
from patients.models import Document, DocumentStatus

SMALLEST = 1024
LARGEST = 20 * 1024 * 1024
RETRY_AFTER_SECONDS = 5

Look = Callable[[], Found | None]
"""Says what was put, as `Storage.look` does."""


@transaction.atomic
def announce_upload(*, tenant_id: str, patient_id: str, filename: str, content_type: str, size: int) -> Document:
    """Expect a document, if one of its name, type and size is taken; nothing has happened yet, so no fact."""
    expected = CONTENT_TYPES.get(extension_of(filename))
    if expected is None:
        raise ExtensionRefused(field="filename")
    if content_type.partition(";")[0].strip().lower() != expected:
        raise ContentTypeRefused(field="content_type")
    _check_size(size, field="size")
    patient = queries.locked_patient(tenant_id, patient_id)
    refuse_too_many(tenant_id, patient_id)
    return Document.objects.create(
        patient=patient, tenant_id=tenant_id, filename=filename, content_type=expected, size=size
    )


def store_upload(*, permission: Permission, content_type: str, body: BinaryIO, storage: LocalStorage) -> str:
    """Put the bytes into their place until the document is confirmed; returns their digest.

    Fewer bytes than announced are taken: whether they are a document is judged when they are confirmed.
    """
    document = _expected_document(permission)
    if content_type.partition(";")[0].strip().lower() != permission.content_type:
        raise ContentTypeRefused(field="Content-Type")
    key = document.storage_key
    try:
        with storage.draft(key, body, limit=permission.size) as draft, transaction.atomic():
            # Locked and looked at again: the document may have been confirmed while its bytes arrived.
            queries.locked_patient(permission.tenant_id, permission.patient_id)
            _expected_document(permission)
            storage.put(key, draft)
            return draft.digest
    except TooManyBytes:
        raise UploadTooLarge from None


async def looking(storage: Storage, key: str) -> Look:
    """How a confirmation looks at what was put; raises `StorageAway`.

    A folder is looked into under the patient's lock, as the bytes may be replaced until they are confirmed. A
    store behind the network is asked before that, in a thread of its own: nobody is to wait for it.
    """
    look = partial(storage.look, key, HEAD_BYTES)
    if not storage.is_remote:
        return look
    try:
        seen = await asyncio.to_thread(look)
    except StorageUnavailable:
        raise StorageAway(retry_after=RETRY_AFTER_SECONDS) from None
    return lambda: seen


@transaction.atomic
def confirm_upload(*, tenant_id: str, patient_id: str, document_id: str, look: Look) -> Document:
    """Take the bytes that were put as the document, when their size and type are right; once."""
    queries.locked_patient(tenant_id, patient_id)
    document = (
        Document.objects.select_for_update(no_key=True)
        .filter(tenant_id=tenant_id, patient_id=patient_id, id=document_id)
        .first()
    )
    if document is None:
        raise DocumentUnknown
    if document.status == DocumentStatus.EXPECTED:
        if not is_open(document):
            raise DocumentUnknown
        _take(document, look())
    return document


def _take(document: Document, found: Found | None) -> None:
    if found is None:
        raise UploadMissing
    _check_size(found.size)
    if sniff(found.head) != document.content_type:
        raise ContentTypeRefused
    document.size = found.size
    document.status = DocumentStatus.UPLOADED
    document.uploaded_at = timezone.now()
    document.save(update_fields=["size", "status", "uploaded_at"])
    emit_event(
        EventType.DOCUMENT_UPLOADED,
        document.tenant_id,
        document.patient_id,
        DocumentUploaded(
            document_id=document.id,
            filename=document.filename,
            content_type=document.content_type,
            size=found.size,
        ),
    )


def _check_size(size: int, *, field: str | None = None) -> None:
    if size < SMALLEST:
        raise UploadTooSmall(field=field)
    if size > LARGEST:
        raise UploadTooLarge(field=field)


def _expected_document(permission: Permission) -> Document:
    document = Document.objects.filter(
        tenant_id=permission.tenant_id,
        patient_id=permission.patient_id,
        id=permission.document_id,
        status=DocumentStatus.EXPECTED,
    ).first()
    if document is None or not is_open(document):
        raise UploadAddressRefused
    return document
