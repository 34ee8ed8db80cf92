"""What laboratories print, and what is left of it after a scan."""

import pytest

from patients.clinical.findings import Kind
from tests.patients.clinical.reading import found, one

ROWS = [
    ("HbA1c 7.1 % 4.0-5.6", "4548-4", {"value": 7.1, "unit": "%", "low": 4, "high": 5.6, "interpretation": "H"}),
    ("HbA1c7.1% 4.0-5.6", "4548-4", {"value": 7.1, "unit": "%", "low": 4, "high": 5.6, "interpretation": "H"}),
    ("HbA1c: 54 mmol/mol", "59261-8", {"value": 54, "unit": "mmol/mol"}),
    ("Hb 10,8 g/dL (12,0 - 15,5)", "718-7",
     {"value": 10.8, "unit": "g/dL", "low": 12, "high": 15.5, "interpretation": "L"}),
    ("Haemoglobin   10.8   L   g/dL   12 - 15.5", "718-7",
     {"value": 10.8, "unit": "g/dL", "low": 12, "high": 15.5, "interpretation": "L"}),
    ("Creatinine 106 umol/L H", "14682-9", {"value": 106, "unit": "umol/L", "interpretation": "H"}),
    ("Creatinine 106 µmol/l", "14682-9", {"value": 106, "unit": "umol/L"}),
    ("CRP <0.5 mg/L", "1988-5", {"value": 0.5, "comparator": "<", "unit": "mg/L"}),
    ("eGFR >90 mL/min/1.73m2", "33914-3", {"value": 90, "comparator": ">", "unit": "mL/min/{1.73_m2}"}),
    ("ALT 28 U/L <35", "1742-6", {"value": 28, "unit": "U/L", "high": 35, "interpretation": "N"}),
    ("Platelets 210,000 /uL", "777-3", {"value": 210000, "unit": "/uL"}),
    ("WBC 11.2 x10^9/L", "6690-2", {"value": 11.2, "unit": "10*9/L"}),
    ("Potassium 1O.2", None, None),
    ("Glucosa: 148 mg/dL", "2345-7", {"value": 148, "unit": "mg/dL"}),
    ("INR 1.1", "6301-6", {"value": 1.1}),
    ("LVEF is approximately 45 %", "10230-1", {"value": 45, "unit": "%"}),
    ("Kellgren-Lawrence grade IV", "kellgren-lawrence-grade", {"value": 4}),
    ("Kellgren-\nLawrence grade4", "kellgren-lawrence-grade", {"value": 4}),
    ("extension deficit10 degrees", "extension-deficit", {"value": 10, "unit": "deg"}),
    ("HBsAg: negative", "5196-1", {"value": "negative"}),
    ("HbA1c 4.0-5.6 %", None, None),
    ("HbA1c should be below 7.5 %", None, None),
    ("Target HbA1c 7 %", None, None),
    ("weight loss 5 months ago", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("row", "code", "details"), ROWS)
def test_a_row_is_read(row: str, code: str | None, details: dict[str, object] | None) -> None:
    if code is None:
        assert found(row).of(Kind.OBSERVATION) == ()
    else:
        assert one(row, Kind.OBSERVATION, code).details == details


def test_a_table_read_column_by_column_is_put_together() -> None:
    table = "Test\nHbA1c\nHemoglobin\nCreatinine\n7.1 %\n13.2 g/dL\n0.9 mg/dL"
    assert [(f.details["value"], f.details["unit"]) for f in found(table)] == [
        (7.1, "%"),
        (13.2, "g/dL"),
        (0.9, "mg/dL"),
    ]


@pytest.mark.parametrize("written", ["BP 142/86", "Blood pressure: 142/86 mmHg", "TA 142/86", "142 / 86 mm Hg"])
def test_a_blood_pressure_has_two_parts(written: str) -> None:
    parts = one(written, Kind.OBSERVATION, "85354-9").details["components"]
    assert [(part["code"], part["value"]) for part in parts] == [("8480-6", 142), ("8462-4", 86)]


def test_results_have_the_date_of_their_heading() -> None:
    assert one("LABORATORY, 8 May 2025\nHbA1c 7.1 %", Kind.OBSERVATION, "4548-4").details["effective"] == "2025-05-08"


def test_a_day_that_could_be_a_month_is_not_guessed() -> None:
    assert "effective" not in one("On 05/06/2025 HbA1c 7.1 %", Kind.OBSERVATION, "4548-4").details
