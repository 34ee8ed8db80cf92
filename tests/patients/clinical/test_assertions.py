"""What a sentence says is there, is not, was, may be, or is somebody else's."""

import pytest

from patients.clinical.findings import Kind
from tests.patients.clinical.reading import said

CONDITIONS = [
    ("She has asthma.", "J45.909", "present"),
    ("Known case of hypertension.", "I10", "present"),
    ("She denies chest pain.", "R07.9", "negated"),
    ("No history of deep vein thrombosis.", "I82.409", "negated"),
    ("There is no evidence of pulmonary embolism.", "I26.99", "negated"),
    ("Negative for diabetes.", "E11", "negated"),
    ("I don't have asthma", "J45.909", "negated"),
    ("Diabetes: No", "E11", "negated"),
    ("Pulmonary embolism was ruled out.", "I26.99", "negated"),
    ("Patient is without fever.", "R50.9", "negated"),
    ("Neither gout nor psoriasis.", "L40.9", "negated"),
    ("Deep vein thrombosis was excluded by ultrasound.", "I82.409", "negated"),
    ("Non-diabetic.", "E11", "negated"),
    ("He no longer smokes.", "F17.210", "historical"),
    ("Not only hypertension.", "I10", "present"),
    ("There was no improvement in her osteoporosis.", "M81.0", "present"),
    ("Hypertension is not well controlled.", "I10", "present"),
    ("No fever but pneumonia on the X-ray.", "J18.9", "present"),
    ("Her mother had breast cancer.", "C50.919", "family"),
    ("Family history of diabetes.", "E11", "family"),
    ("Diabetes in his father.", "E11", "family"),
    ("My dad had a stroke.", "I63.9", "family"),
    ("Mother: hypertension.", "I10", "family"),
    ("Her family doctor treats her hypertension.", "I10", "present"),
    ("Possible pneumonia.", "J18.9", "uncertain"),
    ("Suspected deep vein thrombosis.", "I82.409", "uncertain"),
    ("Gout cannot be excluded.", "M10.9", "uncertain"),
    ("?Pulmonary embolism", "I26.99", "uncertain"),
    ("Rule out coronary artery disease.", "I25.10", "uncertain"),
    ("She is at risk of stroke.", "I63.9", "uncertain"),
    ("History of stroke.", "I63.9", "historical"),
    ("History of hypertension.", "I10", "present"),
    ("Diabetes diagnosed ten years ago.", "E11", "present"),
    ("Heart attack in 2015.", "I21.9", "historical"),
    ("Childhood asthma.", "J45.909", "historical"),
    ("Depression, now resolved.", "F32.A", "historical"),
    ("Previous pulmonary embolism.", "I26.99", "historical"),
    ("A 64-year-old man with angina.", "I20.9", "present"),
    ("Sin fiebre.", "R50.9", "negated"),
    ("Niega asma.", "J45.909", "negated"),
    ("Su madre tuvo diabetes.", "E11", "family"),
    ("Sospecha de neumonía.", "J18.9", "uncertain"),
    ("Antecedentes de ictus.", "I63.9", "historical"),
    ("لا يوجد ارتفاع ضغط الدم", "I10", "negated"),
]
MEDICINES = [
    ("Takes metformin 500 mg daily.", "6809", "present"),
    ("Metformin was stopped.", "6809", "stopped"),
    ("He no longer takes warfarin.", "11289", "stopped"),
    ("I used to take warfarin.", "11289", "stopped"),
    ("Start apixaban 5 mg BD.", "1364430", "planned"),
    ("Avoid ibuprofen.", "5640", "negated"),
    ("Not on warfarin.", "11289", "negated"),
    ("Her mother takes metformin.", "6809", "family"),
    ("Suspender ibuprofeno.", "5640", "stopped"),
]
PROCEDURES = [
    ("She is scheduled for total knee replacement.", "27447", "planned"),
    ("She wants a knee replacement.", "27447", "planned"),
    ("Considered for total knee arthroplasty.", "27447", "planned"),
    ("Underwent total hip replacement in 2019.", "27130", "historical"),
    ("Appendicectomy 1998", "44970", "historical"),
    ("s/p CABG", "33533", "historical"),
    ("No previous knee replacement.", "27447", "negated"),
    ("Her sister had a hip replacement.", "27130", "family"),
    ("Prótesis total de cadera en 2018.", "27130", "historical"),
    ("Coronary angiography showed no stenosis.", "93458", "historical"),
]


@pytest.mark.parametrize(("sentence", "code", "assertion"), CONDITIONS)
def test_a_condition_is_what_its_sentence_says(sentence: str, code: str, assertion: str) -> None:
    assert (code, assertion) in said(sentence)


@pytest.mark.parametrize(("sentence", "code", "assertion"), MEDICINES)
def test_a_medicine_is_taken_or_not(sentence: str, code: str, assertion: str) -> None:
    assert said(sentence, Kind.MEDICATION) == [(code, assertion)]


@pytest.mark.parametrize(("sentence", "code", "assertion"), PROCEDURES)
def test_a_procedure_is_done_or_planned(sentence: str, code: str, assertion: str) -> None:
    assert said(sentence, Kind.PROCEDURE) == [(code, assertion)]


def test_a_denial_reaches_over_a_list() -> None:
    assert said("Denies asthma, diabetes or hypertension.") == [
        ("J45.909", "negated"),
        ("E11", "negated"),
        ("I10", "negated"),
    ]


def test_a_denial_ends_where_something_is_stated() -> None:
    assert said("No asthma; diabetes since 2010, but no hypertension.") == [
        ("J45.909", "negated"),
        ("E11", "present"),
        ("I10", "negated"),
    ]


def test_a_section_means_its_mentions() -> None:
    text = "FAMILY HISTORY\nDiabetes\nPAST MEDICAL HISTORY\nStroke\nDIAGNOSIS\nAsthma"
    assert said(text) == [("E11", "family"), ("I63.9", "historical"), ("J45.909", "present")]


def test_a_family_history_on_one_line_ends_there() -> None:
    assert said("Family history: stroke.\nHypertension since 2012.") == [("I63.9", "family"), ("I10", "present")]
