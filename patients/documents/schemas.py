"""What is sent and answered about documents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, Field, StrictInt

from patients.documents.kinds import CONTENT_TYPES
from patients.fields import DocumentId, PatientId, one_line

DocumentStatusName = Literal["expected", "uploaded", "parsing", "parsed", "analyzing", "analyzed", "failed"]


def _bare_name(value: str) -> str:
    # Some browsers send the whole path of the patient's disk.
    name = one_line(value.replace("\\", "/").rpartition("/")[2])
    if not name:
        raise ValueError("Must be a file's name.")
    return name


Filename = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_bare_name)]


class AnnouncedUpload(Schema):
    """A document about to be uploaded; `size` in bytes."""

    patient_id: PatientId
    filename: Filename
    content_type: Annotated[str, Field(max_length=100, examples=sorted(set(CONTENT_TYPES.values())))]
    size: StrictInt = Field(ge=0, le=2**53)


class UploadTarget(Schema):
    """Where and how to put the bytes, until `expires_at`."""

    document_id: str
    storage_key: str
    upload_url: str
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str]
    expires_at: datetime


class FinishedUpload(Schema):
    """A document whose bytes were put at their address."""

    document_id: DocumentId


class DocumentRecord(Schema):
    """A document and how far its reading is; `method` and `confidence` are null before it was read, `pages` until
    that is known."""

    id: str
    filename: str
    content_type: str
    size: int
    status: DocumentStatusName
    reason: str | None
    retryable: bool | None
    pages: int | None
    pages_read: int = Field(description="Grows page by page while a long document is read.")
    characters: int
    method: str | None
    confidence: float | None
    page_confidence: list[float | None] = Field(description="Of each page read by eye, 0-1; null: its own text.")
    needs_review: list[int] = Field(description="Numbers, from 1, of the pages that were read unsurely.")
    created_at: str
    uploaded_at: str | None
