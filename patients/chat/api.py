"""The conversation over HTTP: parse, authorise, one call."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from curaway.envelope import Envelope, Meta, answer
from events.log import StreamKey
from patients import access
from patients.access import Caller
from patients.chat import service, thread
from patients.chat.answering import Draft
from patients.chat.schemas import AgentAnswer, MessageRecord, NewMessage
from patients.chat.sending import NEEDS
from patients.chat.state import locale_of
from patients.idempotency import answer_once_in_steps, hashed_key
from patients.models import Patient

router = Router(tags=["Chat"])


class PageQuery(Schema):
    """Which part of the conversation."""

    before: str | None = Field(None, max_length=100, description="Messages before this `message_id`.")
    limit: int = Field(thread.PAGE, ge=1, le=thread.LONGEST_PAGE)


class PageMeta(Meta):
    """`next` is what to send as `before` for the messages before these; null at the beginning."""

    next: str | None


class MessagePage(Envelope[list[MessageRecord]]):
    """A page of the conversation."""

    meta: PageMeta


@router.post("/patients/{patient_id}/chat", response=Envelope[AgentAnswer], summary="Write to the agent")
def write(request: HttpRequest, patient_id: str, said: NewMessage) -> HttpResponse:
    """Keeps the message, takes what it says into the record, and answers it; the answer is told on the stream as
    well. Needs `clinical_data_processing`: without it nothing is kept."""
    who, patient = access.writer(request, patient_id, needs=NEEDS)
    return answer_once_in_steps(request, who, 200, lambda: _taken(request, who, patient, said), _answered)


@router.get("/patients/{patient_id}/messages", response=MessagePage, summary="Read the conversation")
def read_messages(request: HttpRequest, patient_id: str, query: Query[PageQuery]) -> dict[str, Any]:
    """The newest messages, oldest first; `meta.next` leads to those before them."""
    _, patient = access.reader(request, patient_id)
    page = thread.read_page(StreamKey(patient.tenant_id, patient.id), before=query.before, limit=query.limit)
    told = answer([MessageRecord.of(message) for message in page.messages])
    return {**told, "meta": {**told["meta"], "next": page.before}}


def _taken(request: HttpRequest, who: Caller, patient: Patient, said: NewMessage) -> Draft:
    return service.take_message(
        tenant_id=patient.tenant_id,
        patient_id=patient.id,
        content=said.message,
        locale=locale_of(said.context.locale if said.context else None, patient.locale),
        attachments=list(dict.fromkeys(said.attachments)),
        request_key=hashed_key(request, who),
    )


async def _answered(drafted: Draft) -> AgentAnswer:
    return AgentAnswer.of(await service.answer(drafted))
