"""Nothing is processed without consent, whenever it is withdrawn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import transaction
from django.utils import timezone

from events import jobs
from events.models import JobStatus
from patients.documents.waiting import resume_documents
from patients.models import Consent, Patient
from patients.services import giving_up
from tests.webhooks.callbacks import status_in
from tests.webhooks.documents import READ, job_of, story_of


def decide(patient, *, granted):
    Consent.objects.create(
        patient=patient,
        tenant_id=patient.tenant_id,
        purpose="clinical_data_processing",
        granted=granted,
        policy_version="1",
    )


def test_nothing_is_read_without_consent(deliver, document, reader):
    decide(document.patient, granted=False)
    assert status_in(deliver(document)) == "skipped"
    document.refresh_from_db()
    assert (document.status, reader.readings, story_of(document)) == ("uploaded", 0, READ[:1])
    assert job_of(document).status == JobStatus.DONE


def test_consent_given_again_has_the_waiting_document_read(deliver, document, reader):
    decide(document.patient, granted=False)
    deliver(document)
    decide(document.patient, granted=True)
    resume_documents(document.patient)
    assert job_of(document).status == JobStatus.WAITING
    assert status_in(deliver(document)) == "done"


def test_what_was_read_while_consent_was_withdrawn_is_not_kept(deliver, document, reader):
    reader.let_go.clear()
    with ThreadPoolExecutor(1) as queue:
        answer = queue.submit(deliver, document)
        assert reader.began.wait(10)
        decide(document.patient, granted=False)
        reader.let_go.set()
        assert status_in(answer.result()) == "skipped"
    document.refresh_from_db()
    assert (document.status, document.pages, document.claim) == ("parsing", None, None)


def test_what_was_being_read_is_read_when_consent_is_given_again_and_begins_once(deliver, document, reader):
    reader.let_go.clear()
    with ThreadPoolExecutor(1) as queue:
        answer = queue.submit(deliver, document)
        assert reader.began.wait(10)
        decide(document.patient, granted=False)
        reader.let_go.set()
        answer.result()
    decide(document.patient, granted=True)
    resume_documents(document.patient)
    assert job_of(document).status == JobStatus.WAITING
    assert status_in(deliver(document)) == "done"
    assert story_of(document) == READ


def test_what_has_failed_stays_failed_without_consent_and_can_be_asked_for_again(deliver, document, reader):
    job = job_of(document)
    with transaction.atomic():
        giving_up.end_lost(job, timezone.now())
    jobs.republish(job)
    decide(document.patient, granted=False)
    assert status_in(deliver(document)) == "skipped"
    document.refresh_from_db()
    assert (document.status, document.retryable, job_of(document).status) == ("failed", True, JobStatus.FAILED)
    decide(document.patient, granted=True)
    jobs.republish(job)
    assert status_in(deliver(document)) == "done"


def test_a_quarantined_patients_document_is_left_alone(deliver, document, reader):
    Patient.objects.filter(pk=document.patient_id).update(quarantined=True)
    assert (status_in(deliver(document)), reader.readings) == ("skipped", 0)
