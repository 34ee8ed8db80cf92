"""A patient uploads a report, and watches it become part of their record."""

from __future__ import annotations

from events.models import Job
from tests.patients.uploads import Uploader
from tests.stories.listener import Listener
from tests.webhooks.callbacks import status_in


def test_a_report_becomes_part_of_the_record(http, people, callbacks, stream):
    patient = people.patient(locale="en")
    listener = Listener(http, people, patient)
    watching = stream(patient, follow=True)
    watching.connected()

    uploads = Uploader(http, listener.headers, patient.id)
    target = uploads.target()
    uploads.put(target)
    uploads.confirm(target)
    for kind in ("document-parse", "clinical-extract"):
        job = Job.objects.get(patient_id=patient.id, kind=kind)
        assert status_in(callbacks.send(kind, job.message())) == "done"

    heard = listener.listen()
    assert [watching.next().data["event_type"] for _ in heard] == heard
    assert list(dict.fromkeys(heard)) == [
        *("document_uploaded", "document_parsing", "document_parsed", "document_analyzing"),
        *("fhir_resource_created", "clinical_entities_extracted", "document_analyzed", "intake_progress_updated"),
    ]
    assert listener.knows == listener.fetched()

    summary = listener.get("summary")["summary"]
    knee = next(entry for entry in summary["conditions"] if entry["code"] == "M17.11")
    assert (knee["source"], knee["source_id"], knee["confidence"]) == ("document", target["document_id"], 0.95)
    assert {entry["code"] for entry in summary["procedures"] if entry["status"] == "preparation"} == {"27447"}
    assert {(entry["display"], entry["dose_value"]) for entry in summary["medications"]} >= {("metformin", 1000.0)}
    assert summary["processing"] == []

    bodies = listener.get("fhir")
    assert {body["id"] for body in bodies} == listener.knows["resources"]
    conditions = listener.get("fhir/Condition")
    assert {coding["code"] for body in conditions for coding in body["code"]["coding"]} >= {"M17.11", "E11", "I10"}
