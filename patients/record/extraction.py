"""Analyzing a document's text, the work of `clinical-extract`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial

from django.conf import settings
from django.utils import timezone

from events.registry import DocumentAnalyzed
from patients import intake
from patients.documents import claims
from patients.documents.claims import Keep
from patients.documents.deliveries import Outcome
from patients.documents.steps import ANALYSIS
from patients.documents.working import work_on_document
from patients.models import Document, DocumentStatus, Source
from patients.record.analysis import Question, Told, analyze
from patients.record.keeping import keep
from patients.record.statements import Origin


async def extract_findings(
    *,
    document_id: str,
    text: str | None = None,
    job_id: uuid.UUID | None = None,
    correlation_id: str | None = None,
) -> Outcome:
    """Take what the document says into the record; from `text`, pages parted by form feeds, or the stored one.

    Raises what `work_on_document` raises, `AnalysisFailed` for a failure.
    """
    return await work_on_document(
        ANALYSIS, partial(_analyze, text), document_id=document_id, job_id=job_id, correlation_id=correlation_id
    )


async def _analyze(text: str | None, document: Document) -> Keep:
    question = Question(
        pages=_pages(text, document),
        locale=document.patient.locale,
        patient_id=document.patient_id,
        origin=Origin(Source.DOCUMENT, document.pk),
        now=timezone.now(),
        api_key=settings.ENVIRONMENT.ANTHROPIC_API_KEY,
    )
    return partial(_keep, question, await analyze(question))


def _pages(text: str | None, document: Document) -> tuple[str, ...]:
    if text is not None and text.strip():
        # NUL: jsonb holds none, and the findings quote their text.
        return tuple(text.replace("\x00", "\ufffd").split("\f"))
    return tuple(page["text"] for page in document.pages or ())


def _keep(question: Question, told: Sequence[Told], document: Document) -> None:
    """What the document says, and that it was analyzed; the intake's progress last."""
    document.status = DocumentStatus.ANALYZED
    document.save()
    keep(document.patient, told, origin=question.origin, now=question.now)
    claims.emit(document, DocumentAnalyzed(document_id=document.pk, filename=document.filename))
    intake.update_intake(document.patient)
