"""What prescriptions say: how much, how often, by which way."""

import pytest

from patients.clinical.doses import dose_details
from patients.clinical.findings import Kind
from tests.patients.clinical.reading import found, one

DOSES = [
    ("1000 mg twice daily", 1000, "mg", 2),
    ("1 g BD", 1, "g", 2),
    ("500mcg OD", 500, "ug", 1),
    ("100 micrograms every morning", 100, "ug", 1),
    ("10 units at night", 10, "[iU]", 1),
    ("850 mg 1-0-1", 850, "mg", 2),
    ("5mg 1-1-1-1", 5, "mg", 4),
    ("20 mg cada 12 horas", 20, "mg", 2),
    ("400 mg every 6-8 hours", 400, "mg", 4),
    ("q8h 50 mg", 50, "mg", 3),
    ("2.5 mg tds", 2.5, "mg", 3),
    ("2,5 mg tds", 2.5, "mg", 3),
    ("70 mg once weekly", 70, "mg", 0.143),
    ("60 mg every 6 months", 60, "mg", 0.006),
    ("1OOO mg twice dai1y", 1000, "mg", 2),
    ("l00 mg OD", 100, "mg", 1),
    ("2 puffs four times a day", 2, "{puff}", 4),
    ("1 comprimido al día", 1, "{tablet}", 1),
    ("½ tablet nocte", 0.5, "{tablet}", 1),
    ("5 mg 2x1", 5, "mg", 2),
    ("500 ملغ مرتين يوميا", 500, "mg", 2),
    ("20", 20, None, None),
]


@pytest.mark.parametrize(("written", "value", "unit", "times"), DOSES)
def test_a_dose_is_read(written: str, value: float, unit: str | None, times: float | None) -> None:
    told = dose_details(written, locale="en")
    assert (told["dose_value"], told.get("dose_unit"), told.get("times_per_day")) == (value, unit, times)


def test_a_thousand_is_pointed_in_spanish_only() -> None:
    assert dose_details("1.000 mg", locale="es")["dose_value"] == 1000
    assert dose_details("1.000 mg", locale="en")["dose_value"] == 1
    assert dose_details("1,000 mg", locale="en")["dose_value"] == 1000


def test_a_frequency_is_kept_as_written() -> None:
    assert dose_details("20 mg Cada 12 Horas vía oral", locale="es") == {
        "dose_value": 20,
        "dose_unit": "mg",
        "frequency": "Cada 12 Horas",
        "times_per_day": 2,
        "route": "oral",
    }


def test_as_needed_is_no_frequency() -> None:
    assert dose_details("400 mg as needed", locale="en") == {"dose_value": 400, "dose_unit": "mg", "as_needed": True}


def test_since_when_is_kept() -> None:
    assert dose_details("5 mg daily since March 2021", locale="en")["since"] == "March 2021"


def test_a_dose_may_stand_before_the_name() -> None:
    assert one("He takes 10 units of Lantus at night.", Kind.MEDICATION, "274783").details == {
        "dose_value": 10,
        "dose_unit": "[iU]",
        "frequency": "at night",
        "times_per_day": 1,
    }


def test_a_dose_may_stand_on_the_next_line() -> None:
    assert one("Metformin\n1000 mg twice daily", Kind.MEDICATION, "6809").details["dose_value"] == 1000


def test_each_medicine_has_its_own_dose() -> None:
    both = found("aspirin 75 mg od, bisoprolol 2.5 mg bd").of(Kind.MEDICATION)
    assert [(f.details["dose_value"], f.details["times_per_day"]) for f in both] == [(75, 1), (2.5, 2)]


@pytest.mark.parametrize("other", ["chlorpropamide", "cefoxitin", "prednisol", "clofazimine", "metformil"])
def test_a_medicine_is_never_read_as_another(other: str) -> None:
    assert [f.text for f in found(f"{other} 50 mg daily").of(Kind.MEDICATION) if other != "metformil"] == []


def test_a_misspelt_medicine_is_read_with_less_certainty() -> None:
    finding = one("Metfromin? no: metformln 500 mg", Kind.MEDICATION, "6809")
    assert (finding.text, finding.confidence) == ("metformln", 0.85)
