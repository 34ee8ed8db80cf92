"""What is sent and answered in the conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, Field

from events.registry import AgentName, ContentType
from patients.chat.answering import Answer
from patients.chat.thread import Message
from patients.fields import DocumentId


def _said(value: str) -> str:
    if not value.strip():
        raise ValueError("Must not be empty.")
    return value.strip()


class View(Schema):
    """Where the patient writes from; the language to answer in, by default the patient's own."""

    current_view: str | None = Field(None, max_length=100)
    locale: str | None = Field(None, max_length=20, examples=["es"])


class NewMessage(Schema):
    """A message to the agent; `attachments` are ids of documents that were uploaded."""

    message: Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_said)]
    attachments: list[DocumentId] = Field(default=[], max_length=20)
    context: View | None = None


class Action(Schema):
    """Something to do with one tap. `upload_document` and `request_match` are the client's to do; of any other the
    label is sent as a message."""

    action: str
    label: str


class Standing(Schema):
    """The intake's progress, 0-1, and how many documents are being read."""

    intake_progress: float
    documents_processing: int


class AgentAnswer(Schema):
    """What the agent answered."""

    message_id: str
    role: Literal["agent"] = "agent"
    agent_name: AgentName
    content: str
    content_type: ContentType
    suggested_actions: list[Action]
    metadata: Standing

    @classmethod
    def of(cls, answer: Answer) -> AgentAnswer:
        standing = {
            "intake_progress": answer.intake_progress,
            "documents_processing": answer.documents_processing,
        }
        fields = {name: value for name, value in answer.message._asdict().items() if name in cls.model_fields}
        return cls.model_validate({**fields, "metadata": standing})


class MessageRecord(Schema):
    """A message of the conversation; `agent_name` is null when it is not an agent's."""

    message_id: str
    role: Literal["patient", "agent", "system"]
    agent_name: AgentName | None
    content: str
    content_type: ContentType
    suggested_actions: list[Action]
    created_at: datetime

    @classmethod
    def of(cls, message: Message) -> MessageRecord:
        return cls.model_validate(message._asdict())
