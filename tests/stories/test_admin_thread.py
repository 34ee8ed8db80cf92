"""An operator follows one upload through everything it caused, on one page."""

from __future__ import annotations

import re

from events.models import Event, Job
from tests.patients.uploads import Uploader
from tests.staff import staff
from tests.webhooks.callbacks import status_in

ENTRY = re.compile(r'<a href="(/admin/events/(event|job)/[-\w]+/change/)">(?:Job )?([-\w]+)</a>')


def test_the_thread_of_an_upload_shows_facts_and_jobs_in_the_order_of_time(http, people, callbacks):
    patient = people.patient(locale="en")
    headers = {**people.patient_headers(patient), "X-Correlation-ID": f"corr-{patient.id}"}
    uploads = Uploader(http, headers, patient.id)
    target = uploads.target()
    uploads.put(target)
    assert uploads.confirm(target).status_code == 202
    for kind in ("document-parse", "clinical-extract"):
        assert status_in(callbacks.send(kind, Job.objects.get(patient_id=patient.id, kind=kind).message())) == "done"

    operator = staff("events.view_event", "events.view_job")
    upload = Event.objects.get(patient_id=patient.id, event_type="document_uploaded")
    page = operator.get(f"/admin/events/event/{upload.pk}/change/").content.decode()
    entries = ENTRY.findall(page.split('id="thread-title"')[1])
    assert list(dict.fromkeys((kind, name) for _, kind, name in entries)) == [
        ("event", "document_uploaded"),
        ("job", "document-parse"),
        ("event", "document_parsing"),
        ("event", "document_parsed"),
        ("job", "clinical-extract"),
        ("event", "document_analyzing"),
        ("event", "fhir_resource_created"),
        ("event", "clinical_entities_extracted"),
        ("event", "document_analyzed"),
        ("event", "intake_progress_updated"),
    ]
    # Each leads to its own page, and every page shows the same thread.
    resources = [address for address, _, name in entries if name == "fhir_resource_created"]
    assert len(resources) == Event.objects.filter(patient_id=patient.id, event_type="fhir_resource_created").count()
    for address, kind, name in entries:
        answer = operator.get(address)
        assert (answer.status_code, name in answer.content.decode()) == (200, True), kind
        assert ENTRY.findall(answer.content.decode().split('id="thread-title"')[1]) == entries
    assert {job.status for job in Job.objects.filter(patient_id=patient.id)} == {"done"}
    assert page.count('class="status status-done"') == 2
