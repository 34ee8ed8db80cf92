"""The record at a glance: the left panel, and the `state` a stream begins with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from patients import intake
from patients.models import Document, DocumentStatus, FhirResource, Patient
from patients.record import queries as record
from patients.record.entries import Stated, entries

IN_PROGRESS = frozenset({DocumentStatus.UPLOADED, DocumentStatus.PARSING, DocumentStatus.ANALYZING})
"""Statuses a document does not stay in."""

SELF_REPORT: dict[str, Any] = {"source": "self_report", "confidence": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryFacts:
    """What a summary is made of, all read in one snapshot; `answers` are ids of the answers still to be given."""

    patient: Patient
    position: int
    documents: Sequence[Document]
    granted: frozenset[str]
    resources: Sequence[FhirResource | Stated] = ()
    match: dict[str, Any] | None = None
    answers: Sequence[str] = ()


def summary(facts: SummaryFacts) -> dict[str, Any]:
    """The summary as JSON can hold it."""
    return {
        "demographics": _demographics(facts.patient),
        **entries(facts.resources),
        "preferences": _preferences(facts.patient),
        "documents": [document_entry(document) for document in facts.documents],
        "intake_progress": _intake(facts),
        "match": facts.match,
        "processing": list(_processing(facts)),
        "position": facts.position,
    }


def _processing(facts: SummaryFacts) -> Iterator[dict[str, str]]:
    """What is being worked on; an answer under the id that it will be told by."""
    for document in facts.documents:
        if is_in_progress(document):
            yield {"kind": "document", "id": document.id, "status": document.status}
    if facts.match:
        yield {"kind": "match", "id": facts.match["id"], "status": facts.match["stage"]}
    for message_id in facts.answers:
        yield {"kind": "answer", "id": message_id, "status": "answering"}


def is_in_progress(document: Document) -> bool:
    """Whether something is still to happen to the document; a text that is not clinical is not analyzed."""
    return document.status in IN_PROGRESS or (document.status == DocumentStatus.PARSED and document.clinical is True)


def document_entry(document: Document) -> dict[str, Any]:
    """A document as lists show it, without its text."""
    return {
        "id": document.id,
        "filename": document.filename,
        "content_type": document.content_type,
        "size": document.size,
        "status": document.status,
        "reason": document.reason or None,
        "retryable": document.retryable,
        "pages": document.page_count,
        "pages_read": document.pages_read,
        "characters": document.characters,
        "method": document.method or None,
        "confidence": document.confidence,
        "page_confidence": document.page_confidence,
        "needs_review": document.needs_review,
        "created_at": document.created_at.isoformat(),
        "uploaded_at": document.uploaded_at.isoformat() if document.uploaded_at else None,
    }


def _demographics(patient: Patient) -> dict[str, Any]:
    return {
        "first_name": patient.first_name,
        "last_name": patient.last_name,
        "email": patient.email or None,
        "phone": patient.phone or None,
        "date_of_birth": patient.date_of_birth.isoformat() if patient.date_of_birth else None,
        "sex": patient.sex or None,
        "country": patient.country or None,
        "locale": patient.locale,
        "procedure_interest": patient.procedure_interest or None,
        **SELF_REPORT,
    }


def _preferences(patient: Patient) -> list[dict[str, Any]]:
    return [{"key": key, "value": value, **SELF_REPORT} for key, value in patient.preferences.items()]


def _intake(facts: SummaryFacts) -> dict[str, Any]:
    analyzed = sum(document.status == DocumentStatus.ANALYZED for document in facts.documents)
    progress, categories = intake.progress(
        intake.facts_from(
            facts.patient,
            granted=facts.granted,
            analyzed_documents=analyzed,
            findings=record.counts(resource.resource_type for resource in facts.resources if resource.canonical),
        )
    )
    return {"progress": progress, "categories": categories}
