"""What findings say of a patient, each thing once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from patients.clinical.fhir import resources
from patients.clinical.findings import ASSERTED, ICD10CM, RXNORM, Assertion, Coding, Finding, Findings, Kind
from patients.record.statements import Origin, counted, new_resource_id, said, statement

NOW = datetime(2026, 1, 2, tzinfo=UTC)
DIABETES = Finding(Kind.CONDITION, "diabetes", Coding(ICD10CM, "E11", "Type 2"), Assertion.PRESENT, 0.9, 1, (9, 17))
METFORMIN = Finding(
    Kind.MEDICATION, "metformin", Coding(RXNORM, "6809", "metformin"), Assertion.PRESENT, 0.8, 1, (0, 9)
)


def told(*findings):
    return list(said(Findings(findings)))


def kept(finding):
    return statement(finding, id="fhir-1", origin=Origin("document", "doc_1"), now=NOW)


@pytest.mark.parametrize("assertion", ["negated", "family", "uncertain"])
def test_what_is_not_about_the_patient_is_not_said(assertion):
    assert told(replace(DIABETES, assertion=Assertion(assertion))) == []


@pytest.mark.parametrize("details", [{}, {"status": "planned"}, {"status": "done"}])
@pytest.mark.parametrize("assertion", sorted(ASSERTED))
@pytest.mark.parametrize("kind", Kind)
def test_its_status_is_that_of_its_resource(kind, assertion, details):
    value = {"value": 7.0} if kind is Kind.OBSERVATION else {}
    finding = replace(DIABETES, kind=kind, assertion=assertion, coding=None, details={**details, **value})
    (body,) = resources(
        Findings((finding,)), patient_id="p", document_id="d", locale="en", new_id=lambda _: new_resource_id()
    )
    status = body["clinicalStatus"]["coding"][0]["code"] if "clinicalStatus" in body else body["status"]
    assert kept(finding).details["status"] == status


def test_two_mentions_that_agree_are_one_with_the_details_of_both():
    dosed = replace(METFORMIN, details={"dose_value": 500}, span=(50, 59), confidence=0.95)
    (one,) = told(replace(METFORMIN, details={"since": "2019"}), dosed)
    assert (one.details, one.span) == ({"dose_value": 500, "since": "2019"}, (50, 59))


def test_two_mentions_that_contradict_each_other_are_both_kept_in_the_order_of_the_text():
    doses = [replace(METFORMIN, details={"dose_value": dose}, span=(dose, dose + 9)) for dose in (1000, 500)]
    assert [one.details["dose_value"] for one in told(*doses)] == [500, 1000]


def test_a_finding_without_a_code_goes_by_its_words():
    words = [replace(DIABETES, coding=None, text=text) for text in ("Bone  spur", "bone spur")]
    (one,) = told(*words)
    assert (kept(one).code, kept(one).display) == ("", "Bone  spur")


def test_every_kind_is_counted_under_its_name_in_the_summary():
    assert counted([DIABETES, METFORMIN, METFORMIN]) == {
        "conditions": 1,
        "medications": 2,
        "allergies": 0,
        "observations": 0,
        "procedures": 0,
    }
