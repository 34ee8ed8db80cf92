"""The bodies of callbacks; unknown fields are left alone, so that a newer version's jobs are understood."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,100}$")]


class Message(BaseModel):
    """Anything that the queue sends."""


class Callback(Message):
    """What every job's message carries; a message by hand may leave it out."""

    job_id: UUID | None = None
    correlation_id: Id | None = None


class DocumentParse(Callback):
    """Read this document."""

    document_id: Id


class ClinicalExtract(Callback):
    """Take the findings from this document: from the text given here, or from the stored one."""

    document_id: Id
    extracted_text: str | None = None


class Notification(Callback):
    """Send a notification that is known by its id, or one of this kind to this patient."""

    notification_id: Id | None = None
    kind: Annotated[str, Field(max_length=100)] | None = None
    patient_id: Id | None = None
    document_id: Id | None = None
    match_id: Id | None = None

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if self.notification_id is None and (self.kind is None or self.patient_id is None):
            raise ValueError("either notification_id, or kind and patient_id")
        return self


class Failed(Message):
    """The queue's own message, in its own words: this one was tried for the last time.

    `status` is what the last try was answered with (0: nothing), `sourceBody` the job's message in base64.
    """

    status: int = 0
    sourceMessageId: Annotated[str, Field(min_length=1, max_length=200)]  # noqa: N815 - the queue's names
    sourceBody: str = ""  # noqa: N815
