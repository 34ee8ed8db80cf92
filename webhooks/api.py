"""The callbacks that work on documents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from django.http import HttpRequest, HttpResponse

from curaway.door import answer_later
from patients.documents.deliveries import DocumentUnknown as NoSuchDocument
from patients.documents.deliveries import Outcome
from patients.documents.faults import Fault
from patients.documents.parsing import parse_document
from patients.documents.working import NotNow as TryLater
from patients.record.extraction import extract_findings
from webhooks import schemas
from webhooks.errors import DocumentFailed, DocumentUnknown
from webhooks.receiving import callback, not_now


@callback(schemas.DocumentParse)
def document_parse(request: HttpRequest, message: schemas.DocumentParse) -> HttpResponse:
    """Read a document: its own text, or by OCR; answered when that is done, seconds to minutes later."""
    return _when_worked(
        request,
        lambda: parse_document(
            document_id=message.document_id,
            job_id=message.job_id,
            correlation_id=message.correlation_id,
        ),
    )


@callback(schemas.ClinicalExtract)
def clinical_extract(request: HttpRequest, message: schemas.ClinicalExtract) -> HttpResponse:
    """Take the findings from a document's text into the record; answered when that is done."""
    return _when_worked(
        request,
        lambda: extract_findings(
            document_id=message.document_id,
            text=message.extracted_text,
            job_id=message.job_id,
            correlation_id=message.correlation_id,
        ),
    )


def _when_worked(request: HttpRequest, work: Callable[[], Awaitable[Outcome]]) -> HttpResponse:
    """The answer to a document's job, once it is worked through."""

    async def worked() -> dict[str, str]:
        try:
            return {"status": await work()}
        except NoSuchDocument:
            raise DocumentUnknown from None
        except Fault as fault:
            raise DocumentFailed(reason=type(fault).__name__) from None
        except TryLater:
            raise not_now(request) from None

    return answer_later(request, worked)
