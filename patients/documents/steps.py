"""The steps of a document's way: which job asks for each, and between which statuses it is taken."""

from __future__ import annotations

from dataclasses import dataclass

from events.registry import DocumentAnalyzing, DocumentParsing, JobKind
from patients.models import DocumentStatus


@dataclass(frozen=True, slots=True)
class Step:
    """One step: from `waiting`, by `working` on it, to one of `ends`; `begins` is the fact of its beginning.

    A document in any other status has not come so far.
    """

    job: JobKind
    waiting: DocumentStatus
    working: DocumentStatus
    ends: frozenset[DocumentStatus]
    begins: type[DocumentParsing | DocumentAnalyzing]


READING = Step(
    JobKind.DOCUMENT_PARSE,
    waiting=DocumentStatus.UPLOADED,
    working=DocumentStatus.PARSING,
    ends=frozenset({DocumentStatus.PARSED, DocumentStatus.ANALYZING, DocumentStatus.ANALYZED, DocumentStatus.FAILED}),
    begins=DocumentParsing,
)
ANALYSIS = Step(
    JobKind.CLINICAL_EXTRACT,
    waiting=DocumentStatus.PARSED,
    working=DocumentStatus.ANALYZING,
    ends=frozenset({DocumentStatus.ANALYZED, DocumentStatus.FAILED}),
    begins=DocumentAnalyzing,
)
