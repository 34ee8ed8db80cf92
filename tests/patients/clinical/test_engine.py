"""Whole texts: the reference report, the reference message, a scan; and what may never happen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.clinical.findings import Finding, Kind
from tests.data import letters
from tests.patients.clinical.reading import found, one, said

KNEE_REPORT = "\n".join(
    " ".join(words for _, words in line.cells).replace(letters.DASH, "-") for line in letters.KNEE_REPORT
)
"""What the scanned report is read as (tests/patients/documents/test_reading.py), without its stamp."""
CHAT = "I have diabetes and mild hypertension, I take metformin 1000 mg twice daily"


def code(finding: Finding) -> str | None:
    return finding.coding.code if finding.coding else None


def test_the_knee_report_is_a_unilateral_osteoarthritis_of_the_right_knee() -> None:
    knee = one(KNEE_REPORT, Kind.CONDITION, "M17.11")
    assert knee.coding is not None
    assert (knee.coding.display, knee.confidence) == ("Unilateral primary osteoarthritis, right knee", 0.95)
    assert knee.details == {"laterality": "right", "stage": "Kellgren-Lawrence grade 4"}


def test_the_knee_report_names_its_grade_and_its_operation() -> None:
    assert one(KNEE_REPORT, Kind.OBSERVATION, "kellgren-lawrence-grade").details["value"] == 4
    operation = one(KNEE_REPORT, Kind.PROCEDURE, "27447")
    assert (operation.assertion.value, operation.details["laterality"]) == ("planned", "right")


def test_the_knee_report_asserts_nothing_that_it_denies() -> None:
    asserted = {code(finding) for finding in found(KNEE_REPORT).asserted()}
    assert {"M17.11", "E11", "I10", "6809", "29046", "5640", "70618", "4548-4"} < asserted
    assert not {"I82.409", "M06.9"} & asserted


def test_a_message_is_read_as_a_report_is() -> None:
    assert [(f.kind.value, code(f)) for f in found(CHAT)] == [
        ("condition", "E11"),
        ("condition", "I10"),
        ("medication", "6809"),
    ]
    assert one(CHAT, Kind.CONDITION, "I10").details == {"severity": "mild"}


def test_counts_have_every_kind() -> None:
    assert found(CHAT).counts == {"condition": 2, "medication": 1, "allergy": 0, "observation": 0, "procedure": 0}


SIDES = [
    ("Osteoarthritis of the left knee", "M17.12"),
    ("Right knee OA", "M17.11"),
    ("Bilateral knee osteoarthritis", "M17.0"),
    ("Osteoarthritis of both knees", "M17.0"),
    ("Osteoarthritis of the right and left knee", "M17.0"),
    ("Knee osteoarthritis", "M17.9"),
    ("Osteoarthritis", "M19.90"),
    ("Gonartrosis derecha", "M17.11"),
    ("Coxartrosis izquierda", "M16.12"),
    ("Osteoarthritis, R hip", "M16.11"),
    ("Sağ diz osteoartriti, sağ diz kireclenme", "M17.11"),
    ("خشونة الركبة اليمنى", "M17.11"),
    ("CKD stage 3b", "N18.32"),
    ("CKD stage IV", "N18.4"),
    ("DVT of the left leg", "I82.402"),
]


@pytest.mark.parametrize(("written", "expected"), SIDES)
def test_site_side_and_stage_make_the_code(written: str, expected: str) -> None:
    assert [told for told, _ in said(written)] == [expected]


def test_what_is_said_exactly_is_not_said_roughly_too() -> None:
    assert said("Type 1 diabetes. Her diabetes is well controlled.") == [("E10", "present")]
    assert said("Osteoarthritis of the right knee. The knee osteoarthritis is severe.") == [("M17.11", "present")]


ALLERGIES = [
    ("ALLERGIES\nPenicillin (rash)", [("70618", "present")]),
    ("Allergic to penicillin and latex.", [("70618", "present"), ("Z91.040", "present")]),
    ("Penicillin allergy", [("70618", "present")]),
    ("NKDA", [("409137002", "present")]),
    ("No known drug allergies.", [("409137002", "present")]),
    ("Alergias: penicilina (exantema)", [("70618", "present")]),
    ("No alergias conocidas", [("716186003", "present")]),
    ("Not allergic to latex.", [("Z91.040", "negated")]),
]


@pytest.mark.parametrize(("written", "expected"), ALLERGIES)
def test_an_allergy_is_no_medication(written: str, expected: list[tuple[str | None, str]]) -> None:
    assert said(written, Kind.ALLERGY) == expected
    assert said(written, Kind.MEDICATION) == []


def test_a_reaction_is_told_with_its_severity() -> None:
    assert one("Penicillin: rash, moderate\n\nAllergies", Kind.MEDICATION, "70618").kind is Kind.MEDICATION
    told = one("Allergies\nPenicillin: rash, moderate", Kind.ALLERGY, "70618").details
    assert told == {"reaction": "rash", "severity": "moderate"}


def test_pages_are_counted_from_one() -> None:
    assert [(f.page, f.text) for f in found("Asthma\fGout")] == [(1, "Asthma"), (2, "Gout")]


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("no HbA1c 7.1%-/,:;?\n\t()metformin diabetes knee é١ß\u0130\ufb01ـ"), max_size=200))
def test_any_text_is_read_and_every_finding_is_where_it_says(text: str) -> None:
    for finding in found(text):
        assert finding.page is not None
        page = text.split("\f")[finding.page - 1]
        assert page[finding.span[0] : finding.span[1]] == finding.text != ""


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "text",
    ["HbA1c" + " " * 20_000 + "x", "HbA1c" + "." * 20_000, "is " * 8_000, "HbA1c\n" * 900, "allergies" + " " * 20_000],
    ids=["spaces", "dots", "words", "names", "allergies"],
)
def test_no_text_holds_the_engine_up(text: str) -> None:
    assert found(text).of(Kind.OBSERVATION) == ()
