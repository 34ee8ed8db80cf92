"""How far a phrase reaches, what an abbreviation means, and what was operated on."""

import pytest

from patients.clinical.findings import Kind
from tests.patients.clinical.reading import said

CONDITIONS = [
    ("Understands the risks, including dislocation, DVT and PE.", {("I82.409", "uncertain"), ("I26.99", "uncertain")}),
    ("PE unlikely.", {("I26.99", "uncertain")}),
    ("To rule out gout.", {("M10.9", "uncertain")}),
    ("Previous stroke, hypertension, gout.", {("I63.9", "historical"), ("I10", "present"), ("M10.9", "present")}),
    ("Possible gout, hypertension.", {("M10.9", "uncertain"), ("I10", "present")}),
    ("No asthma, hypertension since 2010.", {("J45.909", "negated"), ("I10", "present")}),
    ("Past depression, none now.", {("F32.A", "historical")}),
    ("He gave up smoking in 1999.", {("F17.210", "historical")}),
    ("Ex-smoker.", {("F17.210", "historical")}),
    ("Never smoked.", {("F17.210", "negated")}),
    ("I have diabetes and my mother has asthma.", {("E11", "present"), ("J45.909", "family")}),
    ("No family history of stroke.", {("I63.9", "negated")}),
    ("Depression (resolved), gout.", {("F32.A", "historical"), ("M10.9", "present")}),
    ("SpO2 88% on RA.", set()),
    ("RA on methotrexate.", {("M06.9", "present")}),
    ("PE: chest clear.", set()),
    ("DVT and PE in the past.", {("I82.409", "historical"), ("I26.99", "historical")}),
    ("MS", set()),
    ("MS with new lesions on MRI.", {("G35", "present")}),
    ("Denies CP, SOB.", {("R07.9", "negated"), ("R06.02", "negated")}),
    ("Severe AS, mild MR on echo.", {("I35.0", "present"), ("I34.0", "present")}),
    ("Cancer of the left breast.", {("C50.912", "present")}),
]
SPANISH = [
    ("Soy diabético.", {("E11", "present")}),
    ("No soy diabética pero mi madre sí era diabética.", {("E11", "negated"), ("E11", "family")}),
    ("Padezco de migrañas.", {("G43.909", "present")}),
    ("Nunca he tenido un infarto.", {("I21.9", "negated")}),
    ("Ya no fumo.", {("F17.210", "historical")}),
    ("No. Padezco asma.", {("J45.909", "present")}),
    ("AP: HTA. AF: madre con ictus.", {("I10", "present"), ("I63.9", "family")}),
]
ARABIC = [
    ("عندي السكري وارتفاع ضغط الدم", {("E11", "present"), ("I10", "present")}),
    ("لا أعاني من الربو", {("J45.909", "negated")}),
    ("والدي أصيب بجلطة دماغية", {("I63.9", "family")}),
]
PROCEDURES = [
    ("Me operaron de la vesícula en 2010.", "es", [("47562", "historical")]),
    ("Intervenido de hernia inguinal.", "es", [("49505", "historical")]),
    ("Me van a operar, una prótesis de rodilla.", "es", [("27447", "planned")]),
    ("Had my appendix out.", "en", [("44970", "historical")]),
    ("Both cataracts done.", "en", [("66984", "historical")]),
    ("Echocardiogram: LVEF 50 %.", "en", [("93306", "historical")]),
    ("C-section x2", "en", [("59510", "historical")]),
    ("TREATMENT RECEIVED\nChemotherapy", "en", [("96413", "historical")]),
    ("Previous THR, listed for TKR.", "en", [("27130", "historical"), ("27447", "planned")]),
    ("Planned TKR, previous THR.", "en", [("27447", "planned"), ("27130", "historical")]),
    ("Will get TTE.", "en", [("93306", "planned")]),
]


@pytest.mark.parametrize(("sentence", "expected"), CONDITIONS)
def test_a_sentence_means_its_conditions(sentence: str, expected: set[tuple[str, str]]) -> None:
    assert set(said(sentence)) == expected


@pytest.mark.parametrize(("sentence", "expected"), SPANISH)
def test_a_spanish_sentence_does(sentence: str, expected: set[tuple[str, str]]) -> None:
    assert set(said(sentence, locale="es")) == expected


@pytest.mark.parametrize(("sentence", "expected"), ARABIC)
def test_an_arabic_sentence_does_with_its_prefixes(sentence: str, expected: set[tuple[str, str]]) -> None:
    assert set(said(sentence, locale="ar")) == expected


@pytest.mark.parametrize(("sentence", "locale", "expected"), PROCEDURES)
def test_a_procedure_was_done_or_is_planned(sentence: str, locale: str, expected: list[tuple[str, str]]) -> None:
    assert said(sentence, Kind.PROCEDURE, locale=locale) == expected


def test_an_illness_that_was_operated_on_is_not_told_as_one() -> None:
    assert said("Intervenido de hernia inguinal.", locale="es") == []
    assert said("Hernia inguinal izquierda.", locale="es") == [("K40.90", "present")]


def test_what_a_scan_damaged_is_read() -> None:
    damaged = "Pastmedicalhistory: type2diabetes, hist0ryof stroke. Anaemia of chronic diseas e. Ferrit in 88 ug/L"
    assert {"E11", "I63.9", "D63.8"} <= {code for code, _ in said(damaged)}
    assert said(damaged, Kind.OBSERVATION) == [("2276-4", "present")]
    assert said("furosernide 40 mg", Kind.MEDICATION) == [("4603", "present")]
