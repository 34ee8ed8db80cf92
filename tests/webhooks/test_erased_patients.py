"""Callbacks that come late, for somebody who was erased."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from events.models import Event
from patients.models import Document, Notification, Patient
from tests.patients.erasure.somebody import erased
from tests.waiting import wait_until
from tests.webhooks.callbacks import status_in
from tests.webhooks.documents import job_of
from tests.webhooks.notifications import registered


def facts(patient_id: str) -> list[str]:
    return list(Event.objects.filter(patient_id=patient_id).order_by("link").values_list("event_type", flat=True))


def test_a_documents_job_is_skipped(callbacks: Any, document: Document) -> None:
    message = job_of(document).message()
    erased(Patient.objects.get(pk=document.patient_id))
    before = facts(document.patient_id)
    for job in ("document-parse", "clinical-extract"):
        assert status_in(callbacks.send(job, message)) == "skipped"
    assert status_in(callbacks.send("document-parse", {"document_id": document.pk})) == "skipped"
    assert facts(document.patient_id) == before


def test_a_reading_that_was_under_way_is_not_kept(deliver: Any, document: Document, reader: Any) -> None:
    reader.let_go.clear()
    with ThreadPoolExecutor(1) as queue:
        answer = queue.submit(deliver, document)
        wait_until(lambda: facts(document.patient_id)[-1] == "document_parsing")
        erased(Patient.objects.get(pk=document.patient_id))
        reader.let_go.set()
        assert status_in(answer.result()) == "skipped"
    assert facts(document.patient_id)[-1] == "patient_erased"
    assert not Document.objects.filter(pk=document.pk).exists()


def test_a_mail_is_skipped_however_it_is_asked_for(callbacks: Any, people: Any) -> None:
    patient = people.patient(email="somebody@example.com")
    message = registered(patient).message()
    erased(patient)
    by_kind = {"kind": "welcome", "patient_id": patient.pk}
    for asked in (message, by_kind):
        assert status_in(callbacks.send("notification", asked)) == "skipped"
    assert not Notification.objects.filter(patient_id=patient.pk).exists()
    assert facts(patient.pk)[-1] == "patient_erased"
