"""One patient, everything that can be done for them, and a client that follows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone

from curaway import context
from events import emit_event, jobs
from events.models import Job, JobStatus
from patients.chat import ids
from patients.chat.sweep import answer_unanswered
from patients.documents import parsing
from patients.matching import service, steps
from patients.matching.service import end_dead_matches
from patients.matching.steps import Asked
from patients.models import Document, Purpose
from patients.queries import require_consent
from patients.record import extraction
from patients.services.access import quarantine_patient, release_patient
from tests.patients.uploads import Uploader
from tests.people import SHARED, People
from tests.stories.listener import Listener
from tests.webhooks.analyses import Analyst
from tests.webhooks.callbacks import Callbacks
from tests.webhooks.documents import Reader

CONSENTS = ("clinical_data_processing", "cross_border_transfer", "provider_sharing")
REPORT = "Osteoarthritis of the right knee, and metformin 1000 mg. " * 4


class Journey:
    """Each method is something that a patient, the queue or a sweep does; a refusal (4xx) leaves all as it was."""

    def __init__(
        self, http: httpx.Client, people: People, callbacks: Callbacks, patch: pytest.MonkeyPatch, **fields: Any
    ) -> None:
        self.http, self.callbacks, self.patch = http, callbacks, patch
        self.analyst, self.reader = Analyst(), Reader(text=REPORT)
        patch.setattr(extraction, "analyze", self.analyst)
        patch.setattr(parsing, "read_document", self.reader)
        self.patient = people.patient(consented=False, **fields)
        self.listener = Listener(http, people, self.patient)
        self.headers = self.listener.headers
        self.uploads = Uploader(http, self.headers, self.patient.id)
        self.document: Document | None = None

    def send(self, method: str, path: str, body: Any) -> httpx.Response:
        answer = self.http.request(method, f"/api/v1/{path}", headers=self.headers, json=body)
        assert answer.status_code < 500, answer.text
        return answer

    def decides(self, granted: bool, *purposes: str) -> None:
        for purpose in purposes:
            decision = {"purpose": purpose, "granted": granted, "policy_version": "1"}
            self.send("POST", "consent", {"patient_id": self.patient.id, **decision})

    def tells(self, **fields: Any) -> None:
        self.send("PUT", f"patients/{self.patient.id}", fields)
        self.listener.has_written()

    def says(self, message: str, **more: Any) -> None:
        self.send("POST", f"patients/{self.patient.id}/chat", {"message": message, **more})

    def is_left_unanswered(self, message: str) -> None:
        """The server died after it had kept the message; without the consent none is kept (`ConsentMissing`)."""
        require_consent(self.patient, {Purpose.CLINICAL_DATA_PROCESSING})
        arrived = context.RequestContext(correlation_id="corr-left", actor_id=self.patient.subject, locale="en")
        fact = {"message_id": ids.new_message_id(), "role": "patient", "content": message}
        with context.serving(arrived):
            emit_event("chat_message_sent", self.patient.tenant_id, self.patient.id, fact)

    def has_it_swept(self) -> None:
        answer_unanswered(dead_after_seconds=0)

    def uploads_a_document(self) -> None:
        announced = self.uploads.announce()
        if announced.is_success:
            target = announced.json()["data"]
            self.uploads.put(target)
            self.uploads.confirm(target)
            self.document = Document.objects.get(pk=target["document_id"])

    def has_it_read(self, *, fault: Exception | None = None) -> None:
        self.reader.fault = fault
        self.deliver("document-parse")

    def has_it_analyzed(self, *findings: Any) -> None:
        self.analyst.findings = findings
        self.deliver("clinical-extract")

    def deliver(self, kind: str) -> None:
        """The queue delivers the newest document's job, if there is one."""
        for job in self.jobs(kind):
            self.callbacks.send(kind, job.message())

    def loses_its_job(self, kind: str) -> None:
        """The queue refuses the newest document's job for the fifth time."""
        for job in self.jobs(kind):
            if job.status in jobs.ON_THE_WAY:
                Job.objects.filter(pk=job.pk).update(refusals=jobs.REFUSALS - 1, status=JobStatus.WAITING)
                job.refresh_from_db()
                jobs.mark_refused(job, fault="QueueRefused", now=timezone.now())

    def has_it_published_again(self, kind: str) -> None:
        for job in self.jobs(kind):
            if job.status != JobStatus.DONE:
                jobs.republish(job)

    def jobs(self, kind: str) -> list[Job]:
        if self.document is None:
            return []
        return list(Job.objects.filter(patient_id=self.patient.id, kind=kind, body__document_id=self.document.pk))

    def asks_for_a_match(self) -> None:
        self.send("POST", f"patients/{self.patient.id}/match", {})

    def asks_for_a_match_that_breaks(self) -> None:
        with self.patch.context() as broken:
            broken.setattr(service, "score", lambda *_: 1 / 0)
            self.http.post(f"/api/v1/patients/{self.patient.id}/match", headers=self.headers)

    def is_left_without_a_match(self) -> None:
        """The server died in the middle of a match."""
        long_ago = timezone.now() - timedelta(minutes=5)
        match = steps.begin(Asked(SHARED, self.patient.id), confidence=0.5, now=long_ago).match
        steps.advance(match, "retrieve", providers=3, now=long_ago)

    def has_its_match_swept(self) -> None:
        end_dead_matches(now=timezone.now())

    def is_quarantined_and_released(self) -> None:
        of = {"tenant_id": self.patient.tenant_id, "patient_id": self.patient.id}
        quarantine_patient(**of)
        release_patient(**of)

    def keeps_the_law(self) -> list[str]:
        """What was heard is what would be fetched; the types of what was heard."""
        heard = self.listener.listen()
        assert self.listener.knows == self.listener.fetched()
        return heard
