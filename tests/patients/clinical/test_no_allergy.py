"""That no allergy is known is found, and kept as what FHIR has for it; an allergy of the same text is believed."""

from typing import Any

import pytest

from patients.clinical import fhir
from patients.clinical.bindings import UnboundCode, check
from patients.clinical.findings import Kind
from tests.patients.clinical.reading import found, said

NONE, NO_DRUG = "716186003", "409137002"
TEXTS = [
    ("No known allergies.", "en", NONE),
    ("Allergies: none", "en", NONE),
    ("Any allergies? No", "en", NONE),
    ("Allergies ............ NO", "en", NONE),
    ("She is not allergic to anything.", "en", NONE),
    ("I have no allergies", "en", NONE),
    ("NKDA", "en", NO_DRUG),
    ("No known drug allergies", "en", NO_DRUG),
    ("N0 kn0wn drug a11ergies", "en", NO_DRUG),
    ("No alergias conocidas.", "es", NONE),
    ("Alergias: ninguna", "es", NONE),
    ("No alergias medicamentosas conocidas.", "es", NO_DRUG),
    ("No soy alérgico a nada", "es", NONE),
    ("لا توجد حساسية", "ar", NONE),
    ("لا توجد حساسية من الأدوية", "ar", NO_DRUG),
]


@pytest.mark.parametrize(("text", "locale", "code"), TEXTS)
def test_that_none_is_known_is_a_finding(text: str, locale: str, code: str) -> None:
    assert said(text, Kind.ALLERGY, locale=locale) == [(code, "present")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Allergies: penicillin. No other allergies.", [("70618", "present")]),
        ("No known allergies except penicillin.", [("70618", "present")]),
        ("NKDA. Latex: itching.\nAllergies: latex", [(NO_DRUG, "present"), ("Z91.040", "present")]),
        ("NKDA\nAllergies: ibuprofen (rash)", [("5640", "present")]),
        ("Allergies:", []),
    ],
)
def test_an_allergy_is_believed_before_the_words_that_there_is_none(text: str, expected: list[tuple[str, str]]) -> None:
    assert said(text, Kind.ALLERGY) == expected


def resource(text: str) -> dict[str, Any]:
    (body,) = fhir.resources(found(text), patient_id="p", document_id=None, locale="en", new_id=lambda _: "one")
    return body


def test_it_becomes_fhir_s_statement_of_it() -> None:
    body = resource("No known allergies")
    assert body["resourceType"] == "AllergyIntolerance"
    assert body["code"]["coding"] == [{"system": "http://snomed.info/sct", "code": NONE, "display": "No known allergy"}]
    assert body["clinicalStatus"]["coding"][0]["code"] == "active"
    assert body["verificationStatus"]["coding"][0]["code"] == "confirmed"
    assert not {"reaction", "criticality", "category"} & body.keys()


@pytest.mark.parametrize("described", ["reaction", "criticality", "category"])
def test_what_there_is_none_of_is_not_described(described: str) -> None:
    value = {"reaction": [{"severity": "mild"}], "criticality": "low", "category": ["food"]}[described]
    with pytest.raises(UnboundCode, match=rf"^AllergyIntolerance\.{described}$"):
        check({**resource("NKDA"), described: value})


def test_no_other_statement_of_snomed_is_made() -> None:
    body = resource("NKDA")
    body["code"]["coding"][0]["code"] = "91936005"
    with pytest.raises(UnboundCode, match=r"^AllergyIntolerance\.code$"):
        check(body)
