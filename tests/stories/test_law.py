"""The law: what a client knows after hearing the events is what it would fetch, whatever was done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from patients.documents import parsing
from patients.documents.faults import Broken
from patients.models import Document
from patients.record import extraction
from patients.services.access import quarantine_patient, release_patient
from tests.patients.uploads import Uploader
from tests.stories.listener import Listener
from tests.webhooks.analyses import KNEE, METFORMIN, Analyst, found
from tests.webhooks.documents import Reader, job_of

REPORT = "Osteoarthritis of the right knee, and metformin 1000 mg. " * 4


class Journey:
    """One patient, everything that can be done for them, and a client that follows it."""

    def __init__(self, http, people, callbacks, analyst, reader) -> None:
        self.http, self.callbacks, self.analyst, self.reader = http, callbacks, analyst, reader
        self.patient = people.patient(consented=False)
        self.listener = Listener(http, people, self.patient)
        self.headers = self.listener.headers
        self.uploads = Uploader(http, self.headers, self.patient.id)

    def post(self, path, **body):
        answer = self.http.post(f"/api/v1/{path}", headers=self.headers, json=body)
        assert answer.is_success, answer.text

    def decides(self, granted, *purposes):
        for purpose in purposes:
            self.post("consent", patient_id=self.patient.id, purpose=purpose, granted=granted, policy_version="1")

    def tells(self, **fields):
        answer = self.http.put(f"/api/v1/patients/{self.patient.id}", headers=self.headers, json=fields)
        assert answer.is_success, answer.text

    def uploads_a_document(self):
        target = self.uploads.target()
        self.uploads.put(target)
        self.uploads.confirm(target)
        self.document = Document.objects.get(pk=target["document_id"])

    def has_it_read(self, *, fault=None):
        self.reader.fault = fault
        self.callbacks.send("document-parse", job_of(self.document).message())

    def has_it_analyzed(self, *findings):
        self.analyst.findings = findings
        self.callbacks.send("clinical-extract", job_of(self.document, "clinical-extract").message())

    def asks_for_a_match(self):
        self.post(f"patients/{self.patient.id}/match")


def is_quarantined_and_released(journey):
    of = {"tenant_id": journey.patient.tenant_id, "patient_id": journey.patient.id}
    quarantine_patient(**of)
    release_patient(**of)


CONSENTS = ("clinical_data_processing", "cross_border_transfer", "provider_sharing")
SURER = replace(METFORMIN, confidence=0.99, details={**METFORMIN.details, "dose_value": 500.0})
PAIN = found(KNEE.kind, KNEE.coding.system, "M25.561", "Pain in right knee")

STEPS = [
    ("consents", lambda it: it.decides(True, *CONSENTS)),
    ("tells of themself", lambda it: it.tells(country="US", procedure_interest="knee", preferences={"budget": "1"})),
    ("says it again", lambda it: it.tells(country="US")),
    ("is quarantined and released", is_quarantined_and_released),
    ("uploads a report", lambda it: it.uploads_a_document()),
    ("withdraws a consent", lambda it: it.decides(False, "clinical_data_processing")),
    ("has the report set aside", lambda it: it.has_it_read()),
    ("consents again", lambda it: it.decides(True, "clinical_data_processing")),
    ("has the report read", lambda it: it.has_it_read()),
    ("has the report analyzed", lambda it: it.has_it_analyzed(KNEE, METFORMIN)),
    ("has it analyzed once more", lambda it: it.has_it_analyzed(KNEE, METFORMIN)),
    ("uploads a letter", lambda it: it.uploads_a_document()),
    ("has the letter read", lambda it: it.has_it_read()),
    ("hears another dose, surer", lambda it: it.has_it_analyzed(SURER, PAIN)),
    ("uploads nonsense", lambda it: it.uploads_a_document()),
    ("has the nonsense read", lambda it: it.has_it_read(fault=Broken())),
    ("asks for a match", lambda it: it.asks_for_a_match()),
]


@pytest.fixture
def journey(http, people, callbacks, monkeypatch):
    analyst, reader = Analyst(), Reader(text=REPORT)
    monkeypatch.setattr(extraction, "analyze", analyst)
    monkeypatch.setattr(parsing, "read_document", reader)
    return Journey(http, people, callbacks, analyst, reader)


def test_what_was_heard_is_what_would_be_fetched_after_every_step(journey):
    listener, heard = journey.listener, {}
    for name, done in STEPS:
        done(journey)
        heard[name] = listener.listen()
        assert (name, listener.knows) == (name, listener.fetched())
    assert heard["has it analyzed once more"] == heard["says it again"] == []
    assert heard["hears another dose, surer"] == [
        "document_analyzing",
        *["fhir_resource_created"] * 2,
        *("ehr_conflict_detected", "clinical_entities_extracted", "document_analyzed", "intake_progress_updated"),
    ]
    assert heard["asks for a match"][0] == "match_requested"
    assert len(listener.knows["resources"]) == 3
    assert len(listener.knows["contested"]) == 1
