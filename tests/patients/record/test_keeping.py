"""The record in the database, in the summary, and as FHIR."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events.log import StreamKey
from events.registry import ClinicalEntitiesExtracted, EhrConflictDetected, FhirResourceCreated
from events.testing import assert_emitted, assert_not_emitted, captured_events
from patients import live, queries
from patients.clinical.findings import LOINC, Kind
from patients.intake import facts_of, progress
from patients.models import FhirResource
from patients.record.keeping import keep
from patients.record.statements import Origin
from tests.webhooks.analyses import KNEE, METFORMIN, found, told

REPORT, LETTER, MESSAGE = Origin("document", "doc_1"), Origin("document", "doc_2"), Origin("chat", "msg_1")
PAIN = found(Kind.OBSERVATION, LOINC, "72514-3", "Pain severity", value=7.0, effective="2025-03")
MORE = replace(METFORMIN, details={**METFORMIN.details, "dose_value": 2000.0})


@pytest.fixture
def patient(people):
    return people.patient()


def hear(patient, origin, *findings):
    with transaction.atomic():
        locked = queries.locked_patient(patient.tenant_id, patient.id)
        keep(locked, told(*findings), origin=origin, now=timezone.now())


def summary(patient):
    return live.snapshot(StreamKey(patient.tenant_id, patient.id)).summary


def test_the_summary_shows_what_a_document_says(patient):
    hear(patient, REPORT, KNEE, METFORMIN)
    (condition,), (medication,) = summary(patient)["conditions"], summary(patient)["medications"]
    assert condition == {
        "id": FhirResource.objects.get(patient=patient, code="M17.11").id,
        "code": "M17.11",
        "code_system": "http://hl7.org/fhir/sid/icd-10-cm",
        "display": "Osteoarthritis, right knee",
        "laterality": "right",
        "status": "active",
        "source": "document",
        "source_id": "doc_1",
        "confidence": 0.95,
        "conflict": False,
    }
    assert (medication["dose_value"], medication["dose_unit"]) == (1000.0, "mg")


def test_findings_move_the_intake_the_same_wherever_they_are_counted(patient):
    hear(patient, REPORT, KNEE, METFORMIN, PAIN)
    shown = summary(patient)["intake_progress"]
    assert (shown["categories"]["medical_history"], shown["categories"]["procedure_specific"]) == (0.6667, 0.25)
    assert progress(facts_of(patient)) == (shown["progress"], shown["categories"])


def test_two_documents_that_disagree_are_both_kept_and_flagged(patient):
    hear(patient, REPORT, METFORMIN)
    with captured_events(patient_id=patient.id) as captured:
        hear(patient, LETTER, MORE)
    kept, other = (
        FhirResource.objects.get(patient=patient, source_id="doc_2"),
        FhirResource.objects.get(patient=patient, source_id="doc_1"),
    )
    assert (kept.canonical, other.canonical, other.conflict_with) == (True, False, kept)
    (conflict,) = captured.of(EhrConflictDetected)
    assert conflict.payload == {
        "resource_type": "MedicationStatement",
        "kept_resource_id": kept.id,
        "other_resource_id": other.id,
        "display": "metformin",
    }
    (entry,) = summary(patient)["medications"]
    assert (entry["id"], entry["dose_value"], entry["conflict"]) == (kept.id, 2000.0, True)
    assert captured.of(ClinicalEntitiesExtracted, shown=[], hidden=[other.id])


def test_a_patient_who_corrects_themself_is_believed(patient):
    with assert_not_emitted(EhrConflictDetected, patient_id=patient.id):
        hear(patient, MESSAGE, METFORMIN)
        hear(patient, Origin("chat", "msg_2"), MORE)
    first, second = FhirResource.objects.filter(patient=patient).order_by("recorded_at")
    assert (first.superseded_by, first.canonical, second.canonical) == (second, False, True)


def test_a_message_does_not_hide_what_a_document_says(patient):
    hear(patient, REPORT, METFORMIN)
    with assert_emitted(FhirResourceCreated, patient_id=patient.id, canonical=False):
        hear(patient, MESSAGE, replace(METFORMIN, confidence=1.0))
    (entry,) = summary(patient)["medications"]
    assert entry["source"] == "document"


def test_the_same_words_again_add_nothing(patient):
    with assert_emitted(FhirResourceCreated, patient_id=patient.id):
        hear(patient, REPORT, KNEE)
        hear(patient, REPORT, KNEE)
    assert FhirResource.objects.filter(patient=patient).count() == 1


def test_the_database_keeps_a_source_from_saying_the_same_twice(patient):
    hear(patient, REPORT, KNEE)
    row = FhirResource.objects.get(patient=patient)
    row.pk = "fhir-again"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_month_begins_with_its_first_day(patient):
    hear(patient, REPORT, PAIN)
    assert FhirResource.objects.get(patient=patient).effective_at == date(2025, 3, 1)


def test_another_patients_record_is_not_touched(patient, people):
    other = people.patient()
    hear(patient, REPORT, METFORMIN)
    hear(other, LETTER, MORE)
    assert [entry["conflict"] for entry in summary(other)["medications"]] == [False]


class TestOverHttp:
    @pytest.fixture
    def get(self, http, people, patient):
        def got(path, of=None, **headers):
            asked = {**people.patient_headers(of or patient), **headers}
            return http.get(f"/api/v1/patients/{patient.id}/{path}", headers=asked)

        return got

    def test_resources_are_answered_as_they_are(self, get, patient):
        hear(patient, REPORT, KNEE, METFORMIN)
        bodies = get("fhir").json()["data"]
        assert [body["resourceType"] for body in bodies] == ["Condition", "MedicationStatement"]
        assert get("fhir/Condition").json()["data"] == bodies[:1]

    def test_what_is_history_is_not_answered(self, get, patient):
        hear(patient, MESSAGE, METFORMIN)
        hear(patient, Origin("chat", "msg_2"), MORE)
        assert len(get("fhir").json()["data"]) == 1

    @pytest.mark.parametrize("path", ["fhir", "fhir/Condition", "fhir/Encounter"])
    def test_a_record_without_such_is_an_empty_list(self, get, path):
        assert (get(path).status_code, get(path).json()["data"]) == (200, [])

    @pytest.mark.parametrize("path", ["fhir", "fhir/Condition"])
    def test_nobody_reads_another_patients_record(self, get, people, path):
        assert get(path, of=people.patient()).status_code == 404
