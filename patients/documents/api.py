"""Documents and their uploads over HTTP: parse, authorise, one call."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from curaway.envelope import Envelope, answer
from curaway.threads import in_worker
from patients import access, queries
from patients.documents import upload_url
from patients.documents.access import document_writer
from patients.documents.schemas import AnnouncedUpload, DocumentRecord, FinishedUpload, UploadTarget
from patients.documents.storage import storage
from patients.idempotency import answer_once, answer_once_in_steps
from patients.models import Document, Purpose
from patients.services.uploads import Look, announce_upload, confirm_upload, looking
from patients.summary import document_entry

router = Router(tags=["Documents"])

NEEDS = (Purpose.CLINICAL_DATA_PROCESSING,)


@router.post("/uploads/presign", response={201: Envelope[UploadTarget]}, summary="Announce an upload")
def presign(request: HttpRequest, upload: AnnouncedUpload) -> HttpResponse:
    """Answers with an address to PUT the bytes to, for 15 minutes, with the headers given. 1 KB to 20 MB; .pdf,
    .jpg, .jpeg, .png, .tif or .tiff. What is not confirmed within 75 minutes is deleted; a patient may have a hundred
    uploads that are not confirmed."""
    who, patient = access.writer(request, upload.patient_id, needs=NEEDS)
    return answer_once(
        request,
        who,
        201,
        lambda: _target(
            announce_upload(
                tenant_id=patient.tenant_id,
                patient_id=patient.id,
                filename=upload.filename,
                content_type=upload.content_type,
                size=upload.size,
            )
        ),
    )


@router.post("/uploads/confirm", response={202: Envelope[DocumentRecord]}, summary="Confirm an upload")
def confirm(request: HttpRequest, upload: FinishedUpload) -> HttpResponse:
    """Checks the size and the real type of what was put at the address; reading then begins by itself and is
    told on the stream. Confirming again changes nothing."""
    who, document = document_writer(request, upload.document_id, needs=NEEDS)
    return answer_once_in_steps(request, who, 202, lambda: document, _confirmed)


@router.get("/patients/{patient_id}/documents", response=Envelope[list[DocumentRecord]], summary="List the documents")
def read_documents(request: HttpRequest, patient_id: str) -> dict[str, Any]:
    """The confirmed documents with their status, newest last."""
    _, patient = access.reader(request, patient_id)
    return answer([document_entry(document) for document in queries.documents(patient.tenant_id, patient.id)])


def _target(document: Document) -> UploadTarget:
    permission = upload_url.Permission(
        document.tenant_id, document.patient_id, document.id, document.size, document.content_type
    )
    target = storage().target(permission)
    return UploadTarget(
        document_id=document.id,
        storage_key=document.storage_key,
        upload_url=target.url,
        headers=target.headers,
        expires_at=upload_url.expires_at(),
    )


async def _confirmed(document: Document) -> DocumentRecord:
    return await in_worker(_taken, document, await looking(storage(), document.storage_key))


def _taken(document: Document, look: Look) -> DocumentRecord:
    confirm_upload(tenant_id=document.tenant_id, patient_id=document.patient_id, document_id=document.id, look=look)
    stored = queries.documents(document.tenant_id, document.patient_id).get(id=document.id)
    return DocumentRecord(**document_entry(stored))
