"""Documents that were read, and an analyst that finds what it is told to."""

from __future__ import annotations

import asyncio
import secrets
import threading
from typing import Any

from events import emit_event
from patients.clinical.findings import CPT, ICD10CM, RXNORM, Assertion, Coding, Finding, Kind
from patients.models import Document, DocumentStatus, Patient
from patients.record.analysis import Question, Told
from patients.record.statements import RESOURCE_TYPES
from tests.webhooks.documents import upload

READ = ["document_uploaded", "document_parsed"]
ANALYZED = [
    *(*READ, "document_analyzing", *["fhir_resource_created"] * 3),
    *("clinical_entities_extracted", "document_analyzed"),
]
TEXT = "Unilateral primary osteoarthritis, right knee. Metformin 1000 mg. Total knee arthroplasty is planned. " * 2


def found(
    kind: Kind, system: str, code: str, display: str, assertion: Assertion = Assertion.PRESENT, **details: Any
) -> Finding:
    return Finding(kind, display, Coding(system, code, display), assertion, 0.95, 1, (0, len(display)), details)


KNEE = found(Kind.CONDITION, ICD10CM, "M17.11", "Osteoarthritis, right knee", laterality="right")
METFORMIN = found(Kind.MEDICATION, RXNORM, "6809", "metformin", dose_value=1000.0, dose_unit="mg")
REPLACEMENT = found(Kind.PROCEDURE, CPT, "27447", "Total knee replacement", Assertion.PLANNED, status="planned")


def told(*findings: Finding) -> tuple[Told, ...]:
    return tuple(_told(finding) for finding in findings)


def _told(finding: Finding) -> Told:
    id = f"fhir-{secrets.token_hex(12)}"
    return Told(id, finding, {"resourceType": RESOURCE_TYPES[finding.kind], "id": id})


def read_document(patient: Patient, *, clinical: bool = True, **fields: Any) -> Document:
    """A document that was uploaded and read, with its facts (correlation id `corr-upload`) and jobs."""
    state = {"status": DocumentStatus.PARSED, "clinical": clinical, "characters": len(TEXT), "method": "text"}
    pages = [{"text": TEXT, "confidence": None, "method": "text"}]
    document = upload(patient, **{**state, "pages": pages, **fields})
    fact = {
        "document_id": document.id,
        "filename": document.filename,
        "pages": 1,
        "characters": len(TEXT),
        "method": "text",
        "clinical": clinical,
    }
    emit_event("document_parsed", patient.tenant_id, patient.id, fact, "user_test", "corr-upload")
    return document


class Analyst:
    """Stands in for `analyze`: waits for `let_go`, then tells `findings` or raises `fault`."""

    def __init__(self) -> None:
        self.findings = (KNEE, METFORMIN, REPLACEMENT)
        self.questions: list[Question] = []
        self.fault: Exception | None = None
        self.began = threading.Event()
        self.let_go = threading.Event()
        self.let_go.set()

    async def __call__(self, question: Question) -> tuple[Told, ...]:
        self.questions.append(question)
        self.loop = asyncio.get_running_loop()
        self.began.set()
        while not self.let_go.is_set():
            await asyncio.sleep(0.01)
        if self.fault is not None:
            raise self.fault
        return told(*self.findings)
