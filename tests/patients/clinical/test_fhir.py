"""Findings as FHIR R4, as R4 wants them."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from patients.clinical import fhir
from patients.clinical.bindings import UnboundCode, check
from patients.clinical.findings import Finding
from tests.patients.clinical.reading import found

REPORTS = Path(__file__).parents[2] / "data" / "reports"


def place(finding: Finding) -> str:
    return f"{finding.kind}-{finding.span[0]}"


def resources(text: str, *, document_id: str | None = "doc-1") -> list[dict[str, Any]]:
    return fhir.resources(
        found(text), patient_id="demo-patient-maria-001", document_id=document_id, locale="en", new_id=place
    )


def test_a_condition_is_coded_active_and_confirmed() -> None:
    (knee,) = resources("Severe osteoarthritis of the right knee.")
    assert knee["code"] == {
        "coding": [
            {
                "system": "http://hl7.org/fhir/sid/icd-10-cm",
                "code": "M17.11",
                "display": "Unilateral primary osteoarthritis, right knee",
            }
        ],
        "text": "osteoarthritis of the right knee",
    }
    assert knee["clinicalStatus"]["coding"][0]["code"] == "active"
    assert knee["verificationStatus"]["coding"][0]["code"] == "confirmed"
    assert (knee["id"], knee["subject"]) == ("condition-7", {"reference": "Patient/demo-patient-maria-001"})
    assert knee["evidence"] == [{"detail": [{"reference": "DocumentReference/doc-1"}]}]


def test_an_illness_that_is_over_is_resolved() -> None:
    (stroke,) = resources("Stroke in 2015.")
    assert stroke["clinicalStatus"]["coding"][0]["code"] == "resolved"


@pytest.mark.parametrize("text", ["No asthma.", "Her mother had asthma.", "Possible asthma.", ""])
def test_what_is_not_the_patient_s_becomes_nothing(text: str) -> None:
    assert resources(text) == []


def test_a_medication_has_its_dose_and_timing() -> None:
    (metformin,) = resources("Metformin 1000 mg twice daily")
    assert metformin["status"] == "active"
    assert metformin["dosage"] == [
        {
            "text": "twice daily",
            "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [
                {"doseQuantity": {"value": 1000, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}
            ],
        }
    ]


def test_once_a_week_is_once_in_seven_days() -> None:
    (weekly,) = resources("Alendronic acid 70 mg once weekly")
    assert weekly["dosage"][0]["timing"] == {"repeat": {"frequency": 1, "period": 7, "periodUnit": "d"}}


@pytest.mark.parametrize(("text", "status"), [("Warfarin was stopped.", "stopped"), ("Start apixaban.", "intended")])
def test_a_medication_may_be_stopped_or_intended(text: str, status: str) -> None:
    assert resources(text)[0]["status"] == status


def test_an_allergy_has_its_reaction() -> None:
    (penicillin,) = resources("Allergies: penicillin - anaphylaxis")
    assert (penicillin["category"], penicillin["criticality"]) == (["medication"], "high")
    assert penicillin["reaction"] == [{"manifestation": [{"text": "anaphylaxis"}], "severity": "severe"}]


def test_an_observation_has_value_range_and_interpretation() -> None:
    (a1c,) = resources("LABORATORY, 8 May 2025\nHbA1c 7.1 % 4.0-5.6")
    percent = {"unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}
    assert a1c["valueQuantity"] == {"value": 7.1, **percent}
    assert a1c["referenceRange"] == [{"low": {"value": 4, **percent}, "high": {"value": 5.6, **percent}}]
    assert a1c["interpretation"][0]["coding"][0]["code"] == "H"
    assert (a1c["effectiveDateTime"], a1c["category"][0]["coding"][0]["code"]) == ("2025-05-08", "laboratory")


def test_a_blood_pressure_has_components() -> None:
    (pressure,) = resources("BP 142/86 mmHg")
    assert [part["valueQuantity"]["value"] for part in pressure["component"]] == [142, 86]
    assert "valueQuantity" not in pressure


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Scheduled for total knee replacement.", "preparation"),
        ("Underwent total knee replacement.", "completed"),
        ("Total knee replacement.", "unknown"),
    ],
)
def test_a_procedure_is_prepared_or_completed(text: str, status: str) -> None:
    assert resources(text)[0]["status"] == status


def test_without_a_document_nothing_points_to_one() -> None:
    assert "evidence" not in resources("Asthma", document_id=None)[0]


def test_a_code_outside_its_value_set_is_refused() -> None:
    (knee,) = resources("Asthma")
    knee["clinicalStatus"]["coding"][0]["code"] = "chronic"
    with pytest.raises(UnboundCode, match=r"^Condition\.clinicalStatus\.coding\.code$"):
        check(knee)


def test_a_resource_of_another_shape_is_refused() -> None:
    with pytest.raises(ValidationError):
        fhir.checked({"resourceType": "Procedure", "status": "completed"})


@pytest.mark.parametrize("report", sorted(REPORTS.rglob("*.txt")), ids=lambda path: path.stem)
def test_every_sample_report_becomes_valid_resources(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert len(resources(text)) == len(found(text).asserted()) > 0
